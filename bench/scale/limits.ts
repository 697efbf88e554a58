import type { Load, Quota } from './quotas.ts';
import { type Rates, ratesOf, type Sample, superpose } from './sample.ts';
import { scaled } from './counts.ts';

/** What so many chats use of a limit; 1 is all of it. */
export interface Use {
  chats: number;
  share: number;
}

/** One number of chats: the mean, and each second of the window. */
export interface Step {
  chats: number;
  mean: Rates;
  seconds: Rates[];
}

/** 10, 20, 50, 100 … up to `most`. */
export function stepsTo(most: number): number[] {
  const steps: number[] = [];
  for (let decade = 10; decade <= most; decade *= 10)
    for (const digit of [1, 2, 5]) if (digit * decade < most) steps.push(digit * decade);
  return [...steps, most];
}

export const stepOf = async (
  sample: Sample,
  chats: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Step> => ({
  chats,
  mean: ratesOf(sample.way, scaled(sample.mean, chats)),
  seconds: await superpose(sample, chats, seed, signal),
});

/** What a step uses of a limit: in its busiest second, or on average where the limit is of a longer time. */
export function useOf(quota: Quota, sample: Load['sample'], { chats, mean, seconds }: Step): Use {
  const inSecond = (rates: Rates): number => quota.use({ chats, sample, rates }) / quota.limit;
  return {
    chats,
    share: quota.over === 'mean' ? inSecond(mean) : Math.max(inSecond(mean), ...seconds.map(inSecond)),
  };
}

/**
 * The number of chats that use all of a limit: between two steps on a straight line of logarithms.
 * @param uses in order of chats
 * @returns Infinity where none of them uses all of it
 */
export function bindsAt(uses: readonly Use[]): number {
  const above = uses.findIndex(({ share }) => share >= 1);
  const [high, low] = [uses[above], uses[above - 1]];
  if (!high) return Infinity;
  // Below the first step use is in proportion.
  if (!low || low.share <= 0) return high.chats / high.share;
  const part = Math.log(1 / low.share) / Math.log(high.share / low.share);
  return low.chats * (high.chats / low.chats) ** part;
}

/** How finely the throttle is looked at within a second: a burst of 500 is half a second's rate. */
const TICKS = 20;

/** The share of what comes that a token bucket refuses, when it comes evenly within each second. */
export function refusedShare(perSecond: readonly number[], rate: number, burst: number): number {
  let tokens = burst;
  let refused = 0;
  for (const amount of perSecond)
    for (let tick = 0; tick < TICKS; tick++) {
      tokens = Math.min(burst, tokens + rate / TICKS);
      const taken = Math.min(tokens, amount / TICKS);
      tokens -= taken;
      refused += amount / TICKS - taken;
    }
  const all = perSecond.reduce((sum, amount) => sum + amount, 0);
  return all === 0 ? 0 : refused / all;
}
