import { noUsage, type Usage } from '../scale/cost.ts';
import type { History } from '../simulate/history.ts';
import { addTo, makeTally, type Tally } from '../simulate/measures.ts';
import type { Contender } from './contenders.ts';
import { type Place, type Replay, replay } from './replay.ts';
import { assertSameFrames, type Counted, type Said } from './same-work.ts';
import { addUsage } from './usage.ts';

/** What one contender did with the conversations of one seed. */
export interface Survey extends Counted {
  contender: Contender;
  tally: Tally;
  usage: Usage;
  /** Milliseconds of the usage that are the functions' own time. */
  ownMs: number;
  /** Connections that were closed for a flood of frames. */
  floods: number;
}

export interface Round extends Omit<Place, 'index'> {
  conversations: number;
  /** Ends it between two conversations. */
  signal: AbortSignal;
}

/** A draft of this length is shown by everybody, unless something is lost: delays are far shorter. */
export const LONG_MS = 2_000;

/** How many drafts lasted long enough to be shown, and how many of those were. */
export function longDrafts({ drafts, shown }: Pick<History, 'drafts' | 'shown'>): Counted['long'] {
  const long = drafts.filter(({ keys, end }) => end - (keys[0] ?? end) >= LONG_MS);
  const seen = long.filter(({ keys, end }) =>
    shown.some(({ from, to }) => from < end && to > (keys[0] ?? end)),
  );
  return { drafts: long.length, shown: seen.length };
}

const newSurvey = (contender: Contender): Survey => ({
  contender,
  name: contender.name,
  tally: makeTally(),
  usage: noUsage,
  ownMs: 0,
  floods: 0,
  drafts: 0,
  keys: 0,
  typingMs: 0,
  frames: 0,
  framesSent: 0,
  calls: 0,
  checks: 0,
  reached: 0,
  lost: 0,
  long: { drafts: 0, shown: 0 },
});

function add(
  survey: Survey,
  { history, frames, calls, checks, floods, usage, ownMs, farSide }: Replay,
): void {
  const { tally } = survey;
  addTo(tally, history);
  survey.usage = addUsage(survey.usage, usage);
  survey.ownMs += ownMs;
  survey.floods += floods ?? 0;
  survey.drafts = tally.drafts;
  survey.keys = tally.keys;
  survey.typingMs = tally.typingMs;
  survey.frames += frames;
  survey.framesSent += history.frames.length;
  survey.calls += calls;
  survey.checks += checks;
  survey.reached += farSide.reached;
  survey.lost += farSide.lost;
  const long = longDrafts(history);
  survey.long.drafts += long.drafts;
  survey.long.shown += long.shown;
}

/** What is held against the frames of others: the tutorial's client's, whoever serves it. */
const saidTo = (contender: Contender, { history, received = [] }: Replay): Said[] =>
  contender.kind === 'tutorial' || contender.kind === 'fed'
    ? [{ name: contender.name, timing: contender.timing, sent: history.frames, received }]
    : [];

/**
 * Gives all contenders the same conversations, one after another.
 * @throws when it was ended, and when the tutorial's client did not say the same to all that it spoke to
 */
export async function survey(
  contenders: readonly Contender[],
  { conversations, signal, ...place }: Round,
): Promise<Survey[]> {
  const surveys = contenders.map(newSurvey);
  for (let index = 0; index < conversations; index++) {
    const said: Said[] = [];
    for (const one of surveys) {
      signal.throwIfAborted();
      const replayed = await replay(one.contender, { ...place, index });
      add(one, replayed);
      said.push(...saidTo(one.contender, replayed));
    }
    assertSameFrames(said);
  }
  return surveys;
}
