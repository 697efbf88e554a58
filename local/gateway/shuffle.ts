import type { Clock } from '../clock.ts';

/** Messages that come within this time of each other are put in a drawn order. */
const WINDOW_MS = 10;

/**
 * Delivers at once and in order; with `random` (0 up to 1, such as a seeded generator) what comes together is
 * delivered in an order drawn from it, because AWS promises none.
 */
export function makeShuffle<T>(
  deliver: (item: T) => void,
  clock: Clock,
  random: (() => number) | undefined,
): (item: T) => void {
  if (random === undefined) return deliver;
  let waiting: T[] = [];
  return (item) => {
    waiting.push(item);
    if (waiting.length > 1) return;
    clock.after(WINDOW_MS, () => {
      const batch = waiting;
      waiting = [];
      while (batch.length > 0) batch.splice(Math.floor(random() * batch.length), 1).forEach(deliver);
    });
  };
}
