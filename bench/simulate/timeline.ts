import type { TopLevelSpec } from 'vega-lite';
import { type Cell, replay } from './cells.ts';
import { replaceTimers } from './clock.ts';
import { type Conversation, type Draft, type Keystrokes, makeConversation } from './guest.ts';
import type { History } from './history.ts';
import { INK, OTHERS_COLOUR, OURS_COLOUR } from './picture.ts';
import { EXPIRING, HELD } from './plan.ts';
import { SYSTEMS } from './policies.ts';
import { REFERENCE } from './weather.ts';

/** One minute of one conversation, as the guest lived it and as three far sides saw it. */

const LENGTH_MS = 60_000;
const SEARCHED = 2_000;
const LONG_PAUSE_MS = 7_000;

interface Minute {
  index: number;
  from: number;
}

/** Whether a minute shows something: a message written in one go, a long pause within a draft, a draft that is left. */
function tells({ drafts }: Conversation, from: number): boolean {
  const within = drafts.filter(({ keys, end }) => (keys[0] ?? 0) >= from && end < from + LENGTH_MS - 8_000);
  const isPaused = ({ keys }: Draft): boolean =>
    keys.some((key, place) => key - (keys[place - 1] ?? key) > LONG_PAUSE_MS);
  const lastsFor = ({ keys, end }: Draft): number => end - (keys[0] ?? end);
  return (
    within.some(isPaused) &&
    within.some((draft) => draft.how === 'abandoned' && lastsFor(draft) > 6_000) &&
    within.some((draft) => draft.how === 'sent' && !isPaused(draft) && lastsFor(draft) > 11_000)
  );
}

function findMinute(source: Keystrokes, seed: number): Minute {
  for (let index = 0; index < SEARCHED; index++) {
    const conversation = makeConversation(source, index, seed, REFERENCE);
    for (const { keys } of conversation.drafts) {
      const from = (keys[0] ?? 0) - 1_000;
      if (tells(conversation, from)) return { index, from };
    }
  }
  return { index: 0, from: 0 };
}

const lane = (history: History, name: string, from: number) => ({
  spans: history.shown.map((span) => ({
    lane: `${name}: bubble`,
    from: span.from - from,
    to: span.to - from,
  })),
  marks: [
    ...history.calls.map((at) => ({ lane: `${name}: calls`, at: at - from })),
    ...history.frames.map((frame) => ({ lane: `${name}: frames`, at: frame.at - from })),
  ],
});

/** Needs the globals' timers for a moment: nothing else may use them meanwhile. */
export async function timeline(source: Keystrokes, seed: number): Promise<TopLevelSpec> {
  const { index, from } = findMinute(source, seed);
  const expiring = EXPIRING[2] ?? HELD;
  const peer = SYSTEMS.find(({ name }) => name === 'Genesys guest SDK');
  const subjects: { name: string; subject: Cell['subject'] }[] = [
    { name: 'held', subject: { kind: 'ours', ours: HELD } },
    { name: expiring.name, subject: { kind: 'ours', ours: expiring } },
    ...(peer ? [{ name: peer.name, subject: { kind: 'peer' as const, policy: peer } }] : []),
  ];
  const putBack = replaceTimers();
  try {
    const lanes: ReturnType<typeof lane>[] = [];
    let drafts: History['drafts'] = [];
    for (const { name, subject } of subjects) {
      const history = await replay({ id: '', subject, weather: REFERENCE, drafts: 0, seed }, index, source);
      drafts = history.drafts;
      lanes.push(lane(history, name, from));
    }
    return specOf(drafts, lanes, subjects, from);
  } finally {
    putBack();
  }
}

function specOf(
  drafts: History['drafts'],
  lanes: readonly ReturnType<typeof lane>[],
  subjects: readonly { name: string; subject: Cell['subject'] }[],
  from: number,
): TopLevelSpec {
  const names = [
    'guest types',
    'keys',
    ...subjects.flatMap(({ name, subject }) =>
      subject.kind === 'ours'
        ? [`${name}: frames`, `${name}: calls`, `${name}: bubble`]
        : [`${name}: calls`, `${name}: bubble`],
    ),
  ];
  const truth = drafts.map((draft) => ({
    lane: 'guest types',
    from: (draft.keys[0] ?? 0) - from,
    to: draft.end - from,
  }));
  const keys = drafts.flatMap((draft) => draft.keys.map((at) => ({ lane: 'keys', at: at - from })));
  const clip = (ms: number): number => Math.min(LENGTH_MS, Math.max(0, ms)) / 1_000;
  const spans = [...truth, ...lanes.flatMap((one) => one.spans)]
    .filter((span) => span.to > 0 && span.from < LENGTH_MS)
    .map((span) => ({ lane: span.lane, from: clip(span.from), to: clip(span.to) }));
  const marks = [...keys, ...lanes.flatMap((one) => one.marks)]
    .filter(({ lane: name, at }) => names.includes(name) && at >= 0 && at <= LENGTH_MS)
    .map(({ lane: name, at }) => ({ lane: name, at: at / 1_000 }));
  return layers(names, spans, marks);
}

function layers(names: string[], spans: object[], marks: object[]): TopLevelSpec {
  const y = {
    field: 'lane',
    type: 'nominal',
    sort: names,
    scale: { domain: names },
    axis: { title: null, ticks: false, grid: true },
  } as const;
  const domain: number[] = [0, LENGTH_MS / 1_000];
  const seconds = { type: 'quantitative', scale: { domain, nice: false } } as const;
  const colours = names.map((name) => {
    if (name === 'guest types' || name === 'keys') return INK;
    return name.startsWith('held') || name.startsWith('expiring') ? OURS_COLOUR : OTHERS_COLOUR;
  });
  const color = {
    field: 'lane',
    type: 'nominal',
    scale: { domain: names, range: colours },
    legend: null,
  } as const;
  return {
    width: 620,
    height: { step: 26 },
    title: {
      text: 'A minute of one conversation',
      subtitle:
        'a bar: the guest types, the bubble is shown; a stroke: one key, one frame, one call upstream',
    },
    layer: [
      {
        data: { values: spans },
        mark: { type: 'bar', height: 14 },
        encoding: {
          x: { ...seconds, field: 'from', axis: { title: 'seconds' } },
          x2: { field: 'to' },
          y,
          color,
        },
      },
      {
        data: { values: marks },
        mark: { type: 'tick', thickness: 1.5, size: 14, opacity: 1 },
        encoding: { x: { ...seconds, field: 'at' }, y, color },
      },
    ],
  };
}
