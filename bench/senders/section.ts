import type { Figure } from '../measure/figures.ts';
import type { Goal, Section } from '../measure/part.ts';
import { digits, spread, times } from '../measure/words.ts';
import { count, markdownTable } from '../simulate/format.ts';
import type { ContestFigures, SendersFigures } from './figures.ts';
import { BAD_EVENTS } from './known.ts';

const NAMES: Readonly<Record<string, string>> = { nobody: 'the field alone, nobody listens' };

function table({ sides, ratios, steps }: ContestFigures, step: string, what: string): string {
  const rows = sides.map(({ name, said, ns }) => [
    NAMES[name] ?? name,
    spread(ns),
    digits((100 * said) / steps),
    againstOurs(ratios, name),
  ]);
  return markdownTable([['', `ns a ${step}`, `${what} for 100 ${step}s`, 'ours is'], ...rows]);
}

/** Ours over one of the others, for each of ours. */
const againstOurs = (ratios: ContestFigures['ratios'], theirs: string): string =>
  ratios
    .filter((one) => one.theirs === theirs)
    .map(({ ours, ratio }) => [...(ours === 'ours' ? [] : [ours.replace('ours, ', '')]), times(ratio)])
    .map((words) => words.join(': '))
    .join('; ');

const goalsOf = ({ ratios }: ContestFigures, step: string): Goal[] =>
  ratios.map(({ ours, theirs, ratio }) => ({
    what: `${step}: ${ours}, over ${theirs}'s published sender`,
    wanted: '≤ 1.00×',
    measured: times(ratio),
    isMet: ratio.median <= 1,
  }));

const micros = ({ median, min, max, rounds }: Figure): string =>
  spread({ median: median / 1e3, min: min / 1e3, max: max / 1e3, rounds });

function firstTable({ sides, ratios }: ContestFigures): string {
  const words = ["the relay's checks", 'the usual ones'];
  const rows = sides.map(({ name, ns }, place) => [
    words[place] ?? name,
    micros(ns),
    againstOurs(ratios, name).replace(/^.*: /, ''),
  ]);
  return markdownTable([['', 'µs', 'ours is'], ...rows]);
}

const keysText = (keys: ContestFigures): string => `### A key

What a key in the guest's text field costs the page, all of it: the look at the field, the clock, timers, and the frames that are sent, to a socket that counts them.

${table(keys, 'key', 'frames')}
A key costs less than a thousandth of a millisecond on each side: no guest feels it. Ours notes the time of a key, and the one timer that is there looks again; Zulip's sets a timer anew at each key, and a page's own timers cost more than those of the virtual time here, which is in Zulip's favour. Stream's answers each key with a promise, as published, and says more frames. The last row is what the bench itself costs, and part of all the others.
`;

const messagesText = ({
  messages,
  first,
  frames,
  asking,
  decisions,
}: SendersFigures): string => `### A message

What a typing message costs the relay's processor before anything is sent on: the check of API Gateway's event, the check of the frame, the decision. The messages are the ${count(messages.steps)} that our client says to those keys. Zulip and Stream have no such relay: their senders' logic stands in its place, behind the same checks in the form of zod that most projects write. All refuse the same ${BAD_EVENTS.length} bad events.

${table(messages, 'message', 'sent on')}
Both are far below what a message costs on its way, so neither is a reason to choose. "Expiring" and "held" are the two sorts of upstream; where more is sent on than came, timers said "off" and "on" between.

The checks of the first message of a new process, which is what a guest waits for after a cold start:

${firstTable(first)}
The relay's schemas are of zod's small build, which writes no code at run time: at the first message that is what pays, later messages cost a little more for it.

The decision with the check of the frame that it is about, where API Gateway's event was checked before. Ours knows its own client's two frames to the letter, and no schema runs for them:

${table(frames, 'frame', 'sent on')}
The same where each frame has an id, to be told what became of it. Then the schema runs on each side:

${table(asking, 'frame', 'sent on')}
The decision alone, about frames that were checked before:

${table(decisions, 'decision', 'sent on')}
On Lambda DynamoDB makes it in one conditional write, by the same rules; here it is the pure one of [typing.ts](../functions/relay/typing.ts) that tests hold the table to.
`;

/** This part's place in docs/performance.md. */
export function section(figures: SendersFigures): Section {
  const { keys, messages, frames, asking, decisions } = figures;
  const text = `Zulip's and Stream's senders are written anew here from what they publish, and nothing is copied: [zulip.ts](../bench/senders/zulip.ts) and [stream.ts](../bench/senders/stream.ts) say what they do, and from which pages that is. All get the same ${count(keys.steps)} keys of the same guests in the same virtual time. What each side says to a known minute must be what it documents, or nothing is measured ([known.ts](../bench/senders/known.ts)). Each figure is of a process of its own, of Lambda's Node.js.

${keysText(keys)}
${messagesText(figures)}`;
  const goals = [
    ...goalsOf(keys, 'a key'),
    ...goalsOf(frames, 'a decision with the check of its frame, as our client writes it'),
    ...goalsOf(asking, 'a decision with the schema of a frame that has an id'),
    ...goalsOf(messages, "a decision with the checks of its frame and of API Gateway's event"),
    ...goalsOf(decisions, 'a decision alone'),
  ];
  return { text, goals, pictures: {} };
}
