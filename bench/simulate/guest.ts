import { makeRandom, type Random } from './random.ts';
import { FAULT_MS, type Weather } from './weather.ts';

/**
 * The guest: keystrokes, drafts and pauses. Gaps between keys are a mixture of three log-normals (natural logarithm of
 * milliseconds, independent of each other), fitted to 165,000 key presses of free text: the data set
 * vmonaco/pohmm-keystroke. Compare Dhakal et al., CHI 2018: 168,960 people, mean gap 238.66 ms.
 */
const GAPS = [
  { share: 0.597, mu: 5.045, sigma: 0.382 },
  { share: 0.338, mu: 5.48, sigma: 0.844 },
  { share: 0.065, mu: 5.754, sigma: 1.593 },
] as const;

/** A longer pause within a draft is cut to this: 1.4 of 10,000 gaps. Calibrated. */
export const PAUSE_MAX_MS = 30_000;

/** A draft's length in keys is log-normal. */
const LENGTH = { median: 35, sigma: 0.7 } as const;

/** No draft is longer. Calibrated: it gives the mean of 41 keys. */
export const LENGTH_MAX = 100;

/** Of 100 drafts so many are never sent: the guest leaves off after the last key. */
export const ABANDONED_SHARE = 0.1;

/** From the last key to the sending of the message: this, and an exponential part of this mean. */
const SEND = { least: 250, mean: 300 } as const;

/** From a message sent to the next draft. Calibrated by accuracy, which depends on the share of quiet time. */
export const REST_LEAST_MS = 5_000;
export const REST_MEAN_MS = 10_000;

/** From an abandoned draft to the next. Calibrated: what sticks is not cut short. */
export const REST_ABANDONED_MS = 45_000;

/** What is watched after a crash. */
export const REST_CRASHED_MS = 60_000;

export const DRAFTS_PER_CONVERSATION = 10;

/** With a crash the conversation ends; so many drafts come before. */
export const DRAFTS_BEFORE_CRASH = 2;

/** The share of drafts during which a disconnect or a 429 begins. */
const FAULT_SHARE = 1 / 3;

/** One run of composing. Times are milliseconds since the conversation began. */
export interface Draft {
  /** Never empty. */
  keys: number[];
  /** When the guest sent it, left off (the last key) or was cut off. */
  end: number;
  how: 'sent' | 'abandoned' | 'crashed';
  /** When the weather's fault begins. */
  fault?: number;
}

export interface Conversation {
  drafts: Draft[];
  /** The end of what is watched. */
  end: number;
}

/** Where keystrokes come from: the gaps before each key of each draft of a conversation; the first gap does not count. */
export type Keystrokes = (conversation: number, random: Random) => number[][];

/** One gap of the generator. */
export function gapOf(random: Random): number {
  const u = random.next();
  const [short, medium, long] = GAPS;
  const part = u < short.share ? short : u < short.share + medium.share ? medium : long;
  return Math.exp(part.mu + part.sigma * random.normal());
}

/** How many keys the next draft has. */
export const lengthOf = (random: Random): number =>
  Math.min(LENGTH_MAX, Math.max(1, Math.floor(LENGTH.median * Math.exp(LENGTH.sigma * random.normal()))));

/** The generator: as many keys as are asked for. */
export const generated: Keystrokes = (_, random) =>
  Array.from({ length: DRAFTS_PER_CONVERSATION }, () => {
    const gaps: number[] = [];
    for (let left = lengthOf(random); left > 0; left--) gaps.push(Math.min(PAUSE_MAX_MS, gapOf(random)));
    return gaps;
  });

/** Cuts a draft off at a moment within it. */
function crash(keys: number[], random: Random): Draft {
  const [first = 0] = keys;
  const end = first + random.next() * ((keys.at(-1) ?? first) - first);
  return { keys: keys.filter((key) => key <= end), end, how: 'crashed' };
}

function finish(keys: number[], random: Random): Draft {
  const last = keys.at(-1) ?? 0;
  return random.next() < ABANDONED_SHARE
    ? { keys, end: last, how: 'abandoned' }
    : { keys, end: last + SEND.least + random.exponential(SEND.mean), how: 'sent' };
}

const restAfter = (how: Draft['how'], random: Random): number => {
  if (how === 'crashed') return REST_CRASHED_MS;
  return how === 'abandoned' ? REST_ABANDONED_MS : REST_LEAST_MS + random.exponential(REST_MEAN_MS);
};

/** What a guest does in one conversation: the same for every policy that is measured under the same weather. */
export function makeConversation(
  source: Keystrokes,
  index: number,
  seed: number,
  { fault }: Pick<Weather, 'fault'>,
): Conversation {
  const random = makeRandom(seed, index, 1);
  const faults = makeRandom(seed, index, 2);
  const crashes = fault === 'crash' || fault === 'vanish';
  const all = source(index, random);
  const drafts: Draft[] = [];
  let faultEnds = 0;
  let at = random.next() * 1_000;
  for (const gaps of crashes ? all.slice(0, DRAFTS_BEFORE_CRASH + 1) : all) {
    const keys = gaps.map((gap, place) => (at += place === 0 ? 0 : gap));
    const last = crashes && drafts.length === Math.min(DRAFTS_BEFORE_CRASH, all.length - 1);
    const draft = last ? crash(keys, faults) : finish(keys, random);
    const [first = 0] = keys;
    if ((fault === 'disconnect' || fault === 'limit') && faults.next() < FAULT_SHARE) {
      const begins = first + faults.next() * (draft.end - first);
      // One at a time.
      if (begins > faultEnds) {
        draft.fault = begins;
        faultEnds = begins + FAULT_MS;
      }
    }
    drafts.push(draft);
    at = draft.end + restAfter(draft.how, random);
  }
  return { drafts, end: at };
}
