import type { Section } from '../measure/part.ts';
import { digits, spread } from '../measure/words.ts';
import { costOf, noUsage, PARTS, total } from '../scale/cost.ts';
import { PUSH_MS } from '../scale/runs.ts';
import { HOURS } from '../scale/tables.ts';
import { ACCESS_LINE_BYTES } from '../scale/usage.ts';
import { HOPS } from '../simulate/aws.ts';
import { count, fixed, markdownTable, percent, share } from '../simulate/format.ts';
import { type Policy, SYSTEMS } from '../simulate/policies.ts';
import { REFERENCE } from '../simulate/weather.ts';
import { EXPIRING, HELD } from './contenders.ts';
import {
  type ContenderFigures,
  type Line,
  LINES,
  type Rival,
  type Standing,
  type TrafficFigures,
} from './figures.ts';
import { goalsOf, isAsRight, makesFewerCalls, signed, timesOf } from './goals.ts';
import { accuracyByCalls, costByPart } from './pictures.ts';
import { LONG_MS } from './survey.ts';
import { CHOICES } from './tutorial.ts';

const HEADS: Readonly<Record<Line, string>> = {
  frames: 'frames',
  invocations: 'Lambda runs',
  reads: 'table reads',
  writes: 'table writes',
  calls: 'upstream calls',
  queueRequests: 'queue requests',
  acks: 'frames to the client',
  logBytes: 'log bytes',
  lambdaMs: 'Lambda ms',
  egressBytes: 'bytes out',
};

function countTable({ contenders }: TrafficFigures): string {
  return markdownTable([
    ['', ...LINES.map((line) => HEADS[line])],
    ...contenders.map(({ name, counts }) => [name, ...LINES.map((line) => digits(counts[line].median))]),
  ]);
}

const dollars = (value: number): string => `$${digits(value)}`;

function costTable({ contenders }: TrafficFigures): string {
  const parts = PARTS.filter((part) => contenders.some((one) => partOf(one, part) > 0));
  return markdownTable([
    ['', ...parts, 'a million typing minutes', 'a million frames'],
    ...contenders.map((one) => [
      one.name,
      ...parts.map((part) => dollars(partOf(one, part))),
      `**$${spread(one.dollarsPerMinute)}**`,
      `$${spread(one.dollarsPerFrame)}`,
    ]),
  ]);
}

const partOf = ({ parts }: ContenderFigures, part: (typeof PARTS)[number]): number =>
  parts.find((one) => one.part === part)?.dollars ?? 0;

function rightTable({ contenders, sameUpstream }: TrafficFigures): string {
  return markdownTable([
    ['', 'accuracy', 'flickers', 'upstream calls'],
    ...[...contenders, ...sameUpstream].map(({ name, accuracy, flickers, counts }) => [
      name,
      `${share(accuracy.value, 4)} ± ${share(accuracy.error, 4)}`,
      `${fixed(flickers.value, 2)} ± ${fixed(flickers.error, 2)}`,
      spread(counts.calls),
    ]),
  ]);
}

function rivalTable({ standings }: TrafficFigures): string {
  const rows = (name: string, farSide: string, rivals: readonly Rival[]): string[][] =>
    rivals.map((rival) => [
      name,
      rival.name,
      farSide,
      signed(rival.accuracyMore, 4),
      isAsRight(rival) ? 'yes' : 'no',
      `${signed(rival.callsMore, 2)}${isAsRight(rival) && !makesFewerCalls(rival) ? ' (**not fewer**)' : ''}`,
    ]);
  return markdownTable([
    [
      'ours',
      'beside',
      'before',
      'accuracy, ours more by',
      'as right as ours',
      'upstream calls, ours more by',
    ],
    ...standings.flatMap(({ name, sameUpstream, ownFarSides }) => [
      ...rows(name, 'the same upstream', sameUpstream),
      ...rows(name, 'its own far side', ownFarSides),
    ]),
  ]);
}

const TIMES_TAKEN = new Map([
  [0, 'none'],
  [1, 'as taken'],
  [2, 'twice as much'],
]);

/** What the goals' ratios hang on: functions' own time is the one thing here that is no count. */
const ownTimeTable = ({ standings }: TrafficFigures): string =>
  markdownTable([
    ['', "functions' own time, both sides", 'a typing minute', 'a client frame, the same to both'],
    ...standings.flatMap(({ name, tutorial, ownTimes }) =>
      ownTimes.map(({ factor, perMinute, perSameFrame }) => [
        `${name}, beside ${tutorial}`,
        TIMES_TAKEN.get(factor) ?? `${factor} times`,
        timesOf(perMinute),
        timesOf(perSameFrame),
      ]),
    ),
  ]);

/** What a month of a thousand chats comes to, for their typing alone. */
function monthOf({ contenders, typingShare }: TrafficFigures, name: string): string {
  const found = contenders.find((one) => one.name === name);
  const minutes = 1_000 * HOURS * 60 * typingShare;
  return dollars(((found?.dollarsPerMinute.median ?? NaN) * minutes) / 1_000_000);
}

const months = (figures: TrafficFigures, standing: Standing): string => {
  const { name, tutorial, perMinute, perSameFrame } = standing;
  return `- **${name}**: a typing minute costs ${timesOf(perMinute)} of what it costs with the ${tutorial}; given the very frames of that design's client, the relay takes ${timesOf(perSameFrame)} a frame. A thousand chats at once, eight hours a day, come to ${monthOf(figures, name)} a month for typing, with the tutorial's design to ${monthOf(figures, tutorial)}.`;
};

/** Why dollars for a frame are compared with the same frames only. */
function framesText({ standings }: TrafficFigures): string {
  const own = standings.map(({ name, perOwnFrame }) => `${timesOf(perOwnFrame)} (${name})`).join(' and ');
  const floods = standings.map(({ name, floods }) => `${digits(floods.median)} (${name})`).join(' and ');
  return `Dollars for a million typing minutes by part. Look at the minute first: it is what a chat costs, and a client that leaves out the frames that do little makes a minute cheaper and its average frame dearer. So with its own client our frame costs ${own} of the tutorial design's, which says little: few frames, each of which does something, beside many, most of which need not. What the relay itself takes for a frame shows where both get the same ones: "a client of every key" is the tutorial's client before the real relay. Of its connections the relay closed for a flood in a typing minute: ${floods}.`;
}

/** The least that a million frames cost, each of which reaches a function, is written down once and leaves its line. */
const LEAST_PER_FRAME = total(
  costOf({
    ...noUsage,
    messages: 1_000_000,
    invocations: 1_000_000,
    writes: 1_000_000,
    logBytes: 1_000_000 * ACCESS_LINE_BYTES,
  }),
);

/** What the goals that are missed hang on. */
function boundsText({ standings, contenders }: TrafficFigures): string {
  const find = (wanted: string) => contenders.find(({ name }) => name === wanted);
  const shares = standings.map(({ tutorial }) => {
    const theirs = find(tutorial)?.dollarsPerFrame.median ?? NaN;
    return `${fixed(LEAST_PER_FRAME / theirs, 3)}× of the ${tutorial}'s`;
  });
  const held = find(HELD.name);
  const promise = held
    ? ` And a held bubble is promised to end whatever becomes of the client: for that ${digits(held.counts.frames.median - held.counts.calls.median)} of the ${digits(held.counts.frames.median)} frames of a typing minute are signs of life, and ${dollars(partOf(held, 'SQS'))} of its ${dollars(held.dollarsPerMinute.median)} the queue that looks for them; with fewer of either a bubble would stay longer after a crash.`
    : '';
  return `**What bounds it.** A frame that reaches a function, is written down once and leaves its line in the access log costs ${dollars(LEAST_PER_FRAME)} a million, ${shares.join(' and ')}, before the function has run for a millisecond or asked anybody upstream. A frame that changes nothing is written twice, since the flood guard counts it.${promise}`;
}

const choiceTable = (): string =>
  markdownTable(
    [['the tutorial design', 'source'], ...CHOICES.map(({ choice, source }) => [choice, source])],
    true,
  );

const intro = ({ seeds, drafts, keys, typingShare }: TrafficFigures): string =>
  `The same ${count(drafts)} drafts with ${count(keys)} keys, of ${seeds} seeds, went to each: the real client and relay, before an upstream that holds what it is told and before one where it expires; a model of the design that tutorials teach, before the same two; the real relay before that design's client; and the cadences of five other systems. Nothing here is a time of this machine: all is counted in virtual time at the weather of [typing-quality.md](typing-quality.md), ${REFERENCE.name}, and priced as in [scale.md](scale.md). Figures are medians of the seeds, with the least and the most. A typing minute is a minute within drafts; guests type for ${percent(typingShare, 0)} of a chat.`;

const seconds = (ms: number): string => `${ms / 1_000} s`;

function systemOf(wanted: string): Policy {
  const found = SYSTEMS.find(({ name }) => name === wanted);
  if (!found) throw new Error(`nothing is known of ${wanted}`);
  return found;
}

/** Why ours makes no fewer calls than some. */
function cadencesText(): string {
  const [twilio, ably, guest] = [systemOf('Twilio'), systemOf('Ably Chat'), systemOf('Genesys guest SDK')];
  return `Before an upstream that expires our cadence and Twilio's are one and the same, an "on" with the first key and again with the first after ${seconds(twilio.refresh)}, so that neither makes fewer calls. Ably Chat says it again after ${seconds(ably.refresh)}, which takes a far side that shows it for ${seconds(ably.expiry)}: none that Genesys publishes is known to. Genesys' own guest client repeats after ${seconds(guest.refresh)} and shows for ${seconds(guest.expiry)} where nothing else is said, so that with a longer refresh a guest's bubble would be dark in between.`;
}

const METHOD = `**The same work.** Before any ratio it is checked that all had the same drafts and keys; that the calls counted at the ports are those that the far side saw, and those that were lost on the way; that the relay and the tutorial design were sent the same frames by the tutorial's client, that the same of them came in, and all at the same moments; and, with some of the conversations typed once more without loss, that each showed every draft of ${seconds(LONG_MS)} or more.

**Ours** are the two sorts of upstream by the same request over a kept connection: \`participant-state\` (held) and \`agent-communication\` (expiring, shown for ${seconds(EXPIRING.way.expiryMs)}). Before the second the client has \`lapses\`: it says no "off" to an upstream that knows none. Their sums have the watches of the delay queue, the "off" that \`$disconnect\` owes, errors and refusals, the access log's line and the lines of metrics. **The tutorial design** is a model, written anew for this page: its handler runs over ports that count, with the upstream of ours. **A client of every key** is the tutorial's, frame by frame, before the real relay, flood guard and all: a connection that is closed for a flood counts with what its end asks for, and its client goes on with another at once. **The cadences** are the timing that the other systems publish (typing-quality.md), over the cheapest path that the relay has: for each frame one run, one conditional write, one call upstream, no answer. Nothing there ends what is shown when a client vanishes but the far side's own expiry, so no queue is paid for. By their bare names they have a far side that shows for as long as their own does and hears "off"; "held" and "expiring" are the same cadences before the upstreams of ours: one that ends by "off" or the message alone, and one that shows for ${seconds(EXPIRING.way.expiryMs)} whatever the cadence, and is told no "off".

**Left out** for all alike: what opens, keeps and ends a connection, the agent's own typing, and secrets and metric series; scale.md has them. A session's check, one request for each chat, is in the reads and in Lambda's time of ours, and not among the calls.`;

/** Of how the figures come about: handlers' own time is a parameter. */
function ownTimes({ ownTimes: { ours, tutorial } }: TrafficFigures): string {
  return `**A function's own time** is taken at ${digits(ours.ms)} ms and ${ours.memoryMb} MB for ours and the cadences (${ours.source}) and at ${digits(tutorial.ms)} ms and ${tutorial.memoryMb} MB for the tutorial design (${tutorial.source}). To it comes the time in which it waits: ${HOPS.table.fixedMs} ms for an operation of the table, ${PUSH_MS} ms for a frame that is posted, a round trip upstream. How far the ratios hang on it:`;
}

export function section(figures: TrafficFigures): Section {
  const pictures = {
    'traffic-cost-per-minute': costByPart(figures, 'minute'),
    'traffic-cost-per-frame': costByPart(figures, 'frame'),
    'traffic-calls-and-accuracy': accuracyByCalls(figures),
  };
  const text = [
    intro(figures),
    figures.standings.map((standing) => months(figures, standing)).join('\n'),
    '### What a typing minute asks for',
    countTable(figures),
    'Frames, runs and calls are what an account\'s and a token\'s limits count: a design that makes more of them meets "too many requests" with fewer chats.',
    '### What it costs',
    costTable(figures),
    framesText(figures),
    boundsText(figures),
    '![What a million typing minutes cost, by part](performance/traffic-cost-per-minute.svg)',
    '![What a million client frames cost, by part](performance/traffic-cost-per-frame.svg)',
    '### How right that is',
    rightTable(figures),
    'Accuracy is the share of time in which the bubble is right, ± one standard error; flickers and calls are of a typing minute. Conversation by conversation, which tells smaller differences apart, and with "as right" for whatever ours is not better than by more than two standard errors. Before the same upstream the cadence alone differs; before their own far sides the other systems show for as long as each chose:',
    rivalTable(figures),
    cadencesText(),
    '![Accuracy against upstream calls](performance/traffic-calls-and-accuracy.svg)',
    '### How it was counted',
    METHOD,
    ownTimes(figures),
    ownTimeTable(figures),
    choiceTable(),
  ];
  return { text: text.map((part) => part.trimEnd()).join('\n\n'), goals: goalsOf(figures), pictures };
}
