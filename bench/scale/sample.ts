import { setImmediate } from 'node:timers/promises';
import { makeRandom } from '../simulate/random.ts';
import { runChats } from './chats.ts';
import { addCounts, type Counts, noCounts, scaled, sumOf } from './counts.ts';
import { runsOf } from './runs.ts';
import type { Way } from './upstreams.ts';

/** What is asked for in one second; the names of the rates that limits are held against. */
export const RATES = [
  'frames',
  'errors',
  'busyMs',
  'typingMs',
  'watchMs',
  'runs',
  'writes',
  'requests',
] as const;
export type Rate = (typeof RATES)[number];
export type Rates = Record<Rate, number>;

/** `busyMs`: of all functions; `runs`: their invocations. */
export function ratesOf(way: Way, counts: Counts): Rates {
  const { frames, errors, typingMs, watchMs, requests } = counts;
  const { runs, ms, writes } = runsOf(way, counts);
  return { frames, errors, busyMs: ms, typingMs, watchMs, runs, writes, requests };
}

/** Chats of one way that were simulated exactly, each by itself, from its connection to its end. */
export interface Sample {
  way: Way;
  chats: number;
  /** How long a chat lasts on average, in seconds. */
  chatSeconds: number;
  /** The mean of a chat and second. */
  mean: Counts;
  /** Each chat's rates, second after second; {@link RATES} values for each. */
  traces: Float32Array[];
}

/** @param progress told after each chat @throws when it was ended */
export async function takeSample(
  way: Way,
  {
    chats,
    seed,
    signal,
    progress,
  }: { chats: number; seed: number; signal?: AbortSignal | undefined; progress?: () => void },
): Promise<Sample> {
  const sum = noCounts();
  const traces: Float32Array[] = [];
  let seconds = 0;
  for (let first = 0; first < chats; first++) {
    const run = await runChats({ way, chats: 1, first, seed, requestsPerMinute: Infinity, signal });
    const length = Math.ceil((run.histories[0]?.end ?? 0) / 1_000);
    // What comes after the end of a chat, such as its last "off", is of its last second.
    const last = sumOf(run.seconds, length - 1);
    const trace = new Float32Array(length * RATES.length);
    for (let second = 0; second < length; second++) {
      const rates = ratesOf(way, second === length - 1 ? last : (run.seconds[second] ?? noCounts()));
      RATES.forEach((rate, index) => {
        trace[second * RATES.length + index] = rates[rate];
      });
    }
    traces.push(trace);
    addCounts(sum, sumOf(run.seconds));
    seconds += (run.histories[0]?.end ?? 0) / 1_000;
    progress?.();
  }
  return { way, chats, chatSeconds: seconds / chats, mean: scaled(sum, 1 / seconds), traces };
}

/** Seconds of which the busiest is looked for. */
export const WINDOW_S = 60;

/** So many are laid over each other before signals are looked at. */
const AT_ONCE = 50_000;

/**
 * Lays chats of the sample over each other, each at a moment of its own within itself and round again: what so many ask
 * for together, second by second.
 * @returns the rates of each second @throws when it was ended
 */
export async function superpose(
  { traces }: Pick<Sample, 'traces'>,
  chats: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Rates[]> {
  const width = RATES.length;
  const sums = new Float64Array(WINDOW_S * width);
  const random = makeRandom(seed, chats, 5);
  for (let chat = 0; chat < chats; chat++) {
    if (chat % AT_ONCE === 0) await setImmediate();
    signal?.throwIfAborted();
    const trace = traces[chat % traces.length] ?? new Float32Array(width);
    let from = Math.floor((random.next() * trace.length) / width) * width;
    // Round by round: a test of the end at each value would take half of the time.
    for (let at = 0; at < sums.length; from = 0) {
      const until = Math.min(sums.length, at + trace.length - from);
      for (let ahead = from - at; at < until; at++) sums[at] = (sums[at] ?? 0) + (trace[at + ahead] ?? 0);
    }
  }
  return Array.from({ length: WINDOW_S }, (_, second) => {
    const [
      frames = 0,
      errors = 0,
      busyMs = 0,
      typingMs = 0,
      watchMs = 0,
      runs = 0,
      writes = 0,
      requests = 0,
    ] = sums.subarray(second * width, (second + 1) * width);
    return { frames, errors, busyMs, typingMs, watchMs, runs, writes, requests };
  });
}
