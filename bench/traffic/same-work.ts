import type { Timing } from '../../functions/relay/upstream.ts';
import type { History } from '../simulate/history.ts';

/** What is counted of a contender, so that it can be held against the others and against the far side. */
export interface Counted {
  name: string;
  drafts: number;
  keys: number;
  /** Milliseconds within drafts. */
  typingMs: number;
  /** As the page sent them, and as its way has them. */
  framesSent: number;
  frames: number;
  /** Typing messages upstream, as the ports count them; requests that ask about a session come on top. */
  calls: number;
  checks: number;
  /** As the far side has them. */
  reached: number;
  lost: number;
  /** Drafts that lasted long enough to be shown, and those that were. */
  long: { drafts: number; shown: number };
}

/**
 * Makes sure that a comparison is fair: all had the same drafts and keys, and what was counted at the ports is what the
 * client sent and what the far side saw. Without loss each draft that lasted long enough was shown, too.
 * @throws Error that says what differs
 */
export function assertSameWork(all: readonly Counted[], { isLossless }: { isLossless: boolean }): void {
  const [first] = all;
  if (!first || first.keys === 0) throw new Error('nothing was typed');
  const wrong = all.flatMap((one) => [
    ...differences(one, first),
    ...unaccounted(one),
    ...(isLossless ? unseen(one) : []),
  ]);
  if (wrong.length > 0) throw new Error(`not the same work: ${wrong.join('; ')}`);
}

const differences = (one: Counted, first: Counted): string[] =>
  (['drafts', 'keys', 'typingMs'] as const)
    .filter((key) => one[key] !== first[key])
    .map((key) => `${one.name} has ${one[key]} ${key}, ${first.name} ${first[key]}`);

function unaccounted({ name, frames, framesSent, calls, reached, lost }: Counted): string[] {
  const wrong: string[] = [];
  if (frames !== framesSent) wrong.push(`${name} sent ${framesSent} frames, ${frames} were counted`);
  if (calls !== reached + lost)
    wrong.push(`${name} made ${calls} calls, the far side has ${reached} and ${lost} that were lost`);
  return wrong;
}

function unseen({ name, lost, long }: Counted): string[] {
  const wrong: string[] = [];
  if (lost !== 0) wrong.push(`${name} lost ${lost} calls where nothing is lost`);
  if (long.shown !== long.drafts) wrong.push(`${name} showed ${long.shown} of ${long.drafts} drafts`);
  return wrong;
}

type Frames = History['frames'];

/** What a client said in one conversation, and what of it came to the functions, and when. */
export interface Said {
  name: string;
  timing: Timing;
  sent: Frames;
  received: Frames;
}

/**
 * Makes sure that a price for each frame is one for the same frames: whoever is before an upstream of the same timing had
 * the same ones sent to it, and the same ones arrived, each at the same moment.
 * @throws Error that says what differs
 */
export function assertSameFrames(all: readonly Said[]): void {
  const wrong = all.flatMap((one, index) => {
    const other = all.slice(0, index).find(({ timing }) => timing === one.timing);
    return other ? [...unlike(one, other, 'sent'), ...unlike(one, other, 'received')] : [];
  });
  if (wrong.length > 0) throw new Error(`not the same frames: ${wrong.join('; ')}`);
}

/** Whether two lists of frames differ, in number or else in the first that does. */
function unlike(one: Said, other: Said, what: 'sent' | 'received'): string[] {
  const [mine, theirs] = [one[what], other[what]];
  if (mine.length !== theirs.length)
    return [`${one.name} ${what} ${mine.length}, ${other.name} ${theirs.length}`];
  const at = mine.findIndex((frame, index) => wordsOf(frame) !== wordsOf(theirs[index]));
  if (at < 0) return [];
  return [
    `of those ${what}, ${at} of ${one.name} is ${wordsOf(mine[at])}, of ${other.name} ${wordsOf(theirs[at])}`,
  ];
}

const wordsOf = (frame: Frames[number] | undefined): string =>
  frame ? `${frame.on ? 'on' : 'off'} at ${frame.at}` : 'none';
