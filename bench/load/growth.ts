import { quantile } from '../simulate/measures.ts';
import type { Sample } from './run.ts';

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((one, other) => one - other),
    0.5,
  );

/** What may not grow in a soak. */
export const WATCHED = ['memory', 'openFiles', 'upstreamSockets'] as const;
export type Watched = (typeof WATCHED)[number];

/** A collector that comes now and then makes so much of a difference between two thirds of a run that is steady. */
export const GROWTH_ALLOWED = 0.05;

/**
 * How much more there is of something in the last third than in the middle one, as a share; the first third is for
 * warming up. Undefined where it was not to be seen.
 */
export function growthOf(samples: readonly Sample[], watched: Watched): number | undefined {
  const values = samples.flatMap((sample) => sample[watched] ?? []);
  const third = Math.floor(values.length / 3);
  if (third === 0) return undefined;
  return median(values.slice(-third)) / median(values.slice(third, values.length - third)) - 1;
}
