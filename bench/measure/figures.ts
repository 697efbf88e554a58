import * as z from 'zod';

/** One figure, measured in several rounds: these machines are noisy, so the middle with its ends. */
export const figure = z.object({
  median: z.number(),
  min: z.number(),
  max: z.number(),
  rounds: z.int().positive(),
});
export type Figure = z.infer<typeof figure>;

/** The middle value; between the two middle ones where their number is even. @throws Error when there are none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/** @throws Error when nothing was measured, or something that is no number */
export function figureOf(values: readonly number[]): Figure {
  if (!values.every(Number.isFinite)) throw new Error('a value that was measured is no number');
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
  };
}

/**
 * Ours over theirs, round by round: what slowed a whole round down goes out of it.
 * @throws Error when the rounds are not the same in number
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Figure {
  if (ours.length !== theirs.length) throw new Error('a ratio is of rounds that were measured side by side');
  return figureOf(ours.map((value, round) => value / (theirs[round] ?? NaN)));
}
