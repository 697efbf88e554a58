import { type Conversation, gapOf } from './guest.ts';
import { addTo, makeTally, type Measures, measure } from './measures.ts';
import { runPeer } from './peer.ts';
import type { Policy } from './policies.ts';
import { makeRandom, type Random } from './random.ts';
import { DELAY_MS, JITTER_MS, REFERENCE } from './weather.ts';

/**
 * The closed formulas for a guest who composes without a pause, held against this simulation. R′ is the time between
 * two "on"s in fact: R, and until the next key.
 */
export interface FormulaCheck {
  what: string;
  formula: string;
  expected: number;
  measured: number;
  unit: string;
}

interface Size {
  conversations: number;
  /** A draft ends at any moment from `leastMs` to `spreadMs` later: many rounds of a refresh. */
  leastMs: number;
  spreadMs: number;
}
/** Long ones, so that the first "on" of each counts for little; many, where each is counted once. */
const LONG: Size = { conversations: 200, leastMs: 400_000, spreadMs: 20_000 };
const MANY: Size = { conversations: 5_000, leastMs: 15_000, spreadMs: 20_000 };
const SHORT: Size = { conversations: 40_000, leastMs: 2_000, spreadMs: 10_000 };

/** One draft without a pause worth the name: a gap above half a second is drawn again. */
function steady(random: Random, { leastMs, spreadMs }: Size, endsWithKey: boolean): Conversation {
  let at = 0;
  const next = (): number => {
    let gap = gapOf(random);
    while (gap > 500) gap = gapOf(random);
    return (at += gap);
  };
  const until = leastMs + random.next() * spreadMs;
  const keys: number[] = [];
  for (let key = next(); key <= until; key = next()) keys.push(key);
  const end = endsWithKey ? (keys.at(-1) ?? 0) : until;
  return { drafts: [{ keys, end, how: 'sent' }], end: end + 60_000 };
}

interface Steady {
  measures: Measures;
  /** Seconds between two "on"s. */
  spacing: number;
  /** The share of messages after which the bubble came up once more. */
  lateOns: number;
}

function run(policy: Policy, loss: number, how: 'sent' | 'abandoned', size = LONG): Steady {
  const tally = makeTally();
  const gaps = { sum: 0, count: 0, late: 0 };
  for (let index = 0; index < size.conversations; index++) {
    const conversation = steady(makeRandom(7, index), size, policy.idle !== undefined);
    for (const draft of conversation.drafts) draft.how = how;
    const history = runPeer(policy, conversation, { ...REFERENCE, loss }, makeRandom(8, index));
    addTo(tally, history);
    const ons = history.frames.filter(({ on }) => on);
    gaps.sum += (ons.at(-1)?.at ?? 0) - (ons[0]?.at ?? 0);
    gaps.count += ons.length - 1;
    const [draft] = history.drafts;
    if (draft && history.shown.some(({ from }) => from > draft.end)) gaps.late++;
  }
  return {
    measures: measure(tally),
    spacing: gaps.sum / gaps.count / 1_000,
    lateOns: gaps.late / size.conversations,
  };
}

const policy = (refresh: number, expiry: number, idle?: number): Policy => ({
  name: '',
  refresh: refresh * 1_000,
  expiry: expiry * 1_000,
  ...(idle !== undefined && { idle: idle * 1_000 }),
});

/** Runs the check: a second's work. */
export function checkFormulas(): FormulaCheck[] {
  const p = 0.05;
  const delay = (DELAY_MS + JITTER_MS) / 1_000;
  const usual = run(policy(5, 7), p, 'abandoned');
  // Two in a row are rare: with more loss there are enough to count.
  const often = 0.2;
  const double = run(policy(5, 12), often, 'abandoned', LONG);
  const expires = run(policy(5, 12), p, 'abandoned', MANY);
  const withOff = run(policy(5, 30, 6), 0, 'abandoned', MANY);
  const late = run(policy(1, 7), 0, 'sent', SHORT);
  const r = usual.spacing;
  const perMinute = 60 / r;
  return [
    {
      what: 'upstream calls, R 5',
      formula: '60/R′',
      expected: perMinute,
      measured: usual.measures.calls,
      unit: 'a minute',
    },
    {
      what: 'flickers from 5 % loss, R 5 E 7 (n = 1)',
      formula: '(60/R′)(1−p)pⁿ',
      expected: perMinute * (1 - p) * p,
      measured: usual.measures.flickers,
      unit: 'a minute',
    },
    {
      what: 'flickers from 20 % loss, R 5 E 12 (n = 2)',
      formula: '(60/R′)(1−p)pⁿ',
      expected: (60 / double.spacing) * (1 - often) * often ** 2,
      measured: double.measures.flickers,
      unit: 'a minute',
    },
    {
      what: 'stuck with an off, T 6',
      formula: 'T + delay',
      expected: 6 + delay,
      measured: withOff.measures.stuckAbandoned,
      unit: 's',
    },
    {
      what: 'stuck without, R 5 E 12, 5 % loss',
      formula: 'E + delay − R′(½ + p/(1−p))',
      expected: 12 + delay - r * (0.5 + p / (1 - p)),
      measured: expires.measures.stuckAbandoned,
      unit: 's',
    },
    {
      what: 'late on after the message, R 1, no order guard',
      formula: 'jitter/(2R′)',
      expected: JITTER_MS / 1_000 / (2 * late.spacing),
      measured: late.lateOns,
      unit: 'of messages',
    },
  ];
}
