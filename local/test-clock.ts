import type { Clock } from './clock.ts';

/** Where a test's clock begins, in epoch ms. */
export const START = 1_750_000_000_000;

/** For tests: a clock that only `advance` turns. */
export interface FakeClock extends Clock {
  /** Turns the clock on; what is due rings in its order, and what that sets off has come to rest afterwards. */
  readonly advance: (ms: number) => Promise<void>;
  /** How many calls are still to come. */
  readonly pending: () => number;
}

/** Lets every promise that can go on do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Makes a clock that stands still. */
export function makeFakeClock(start = START): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; call: () => void }>();
  const nextUntil = (end: number): { at: number; call: () => void } | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after: (ms, call) => {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: async (ms) => {
      const end = now + ms;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        now = timer.at;
        timer.call();
        await settled();
      }
      now = end;
      await settled();
    },
    pending: () => timers.size,
  };
}
