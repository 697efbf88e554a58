import { costOf, noUsage, total } from '../scale/cost.ts';
import type { HandlersFigures } from './figures.ts';
import type { MemoryFigures } from './memory.ts';

type Warm = MemoryFigures['warm'][number];

const MILLION = 1_000_000;

/** Dollars for a million messages of so many billed milliseconds: Lambda's time alone, and the whole way of a message. */
export function dollarsOf(billedMs: number, memoryMb: number): { time: number; whole: number } {
  const time = { ...noUsage, memoryMb, lambdaMs: billedMs * MILLION };
  // A message, its run, and the one write that decides: what no setting changes.
  const whole = { ...time, messages: MILLION, invocations: MILLION, writes: MILLION };
  return { time: costOf(time)['Lambda time'], whole: total(costOf(whole)) };
}

/** What the slowest in twenty wait, times what a message costs: less of it is more for the money. */
export const burdenOf = ({ memoryMb, ours }: Warm): number =>
  ours.p95.median * dollarsOf(ours.billed.median, memoryMb).whole;

/** The setting with the least burden for a kind. @throws Error when none was measured */
export function bestFor(memory: MemoryFigures, kind: Warm['kind']): Warm {
  const [best] = memory.warm
    .filter((one) => one.kind === kind)
    .toSorted((one, other) => burdenOf(one) - burdenOf(other));
  if (!best) throw new Error(`no memory setting was measured for ${kind}`);
  return best;
}

/** What was measured under shares; undefined where nothing was. */
export const measuredMemory = ({ memory }: HandlersFigures): MemoryFigures | undefined =>
  'skipped' in memory ? undefined : memory;
