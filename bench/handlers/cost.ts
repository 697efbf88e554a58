import { costOf, noUsage, total } from '../scale/cost.ts';
import { HOPS } from '../simulate/aws.ts';
import type { Asks } from './asks.ts';
import type { HandlersFigures } from './figures.ts';
import type { MemoryFigures, WarmAt } from './memory.ts';

type Warm = MemoryFigures['warm'][number];

const MILLION = 1_000_000;

/** What a million messages cost, in dollars: Lambda's time alone, and the whole way of a message. */
export interface Dollars {
  time: number;
  whole: number;
}

/** @param billedMs of each message @param asks what it asks of the table and the queue, whatever the memory */
export function dollarsOf(
  billedMs: number,
  memoryMb: number,
  { reads, writes, queueRequests }: Asks,
): Dollars {
  const time = { ...noUsage, memoryMb, lambdaMs: billedMs * MILLION };
  const whole = {
    ...time,
    messages: MILLION,
    invocations: MILLION,
    reads: reads * MILLION,
    writes: writes * MILLION,
    queueRequests: queueRequests * MILLION,
  };
  return { time: costOf(time)['Lambda time'], whole: total(costOf(whole)) };
}

/**
 * Milliseconds that a message waits for what is not on one machine with it as the far side is here: a round trip
 * upstream and the operations of the table, as docs/scale.md takes them. No memory makes them fewer, and Lambda bills
 * them by memory.
 */
export const awayMs = ({ reads, writes }: Asks): number =>
  2 * HOPS.upstream.fixedMs + (reads + writes) * HOPS.table.fixedMs;

/** What a side's messages cost at a setting, with what they wait for. */
export const dollarsAt = ({ memoryMb, asks }: Warm, { billed }: WarmAt): Dollars =>
  dollarsOf(billed + awayMs(asks), memoryMb, asks);

/**
 * What the slowest in twenty wait, times what a message costs: less of it is more for the money.
 * @param p95 in milliseconds, on this machine
 */
export const burdenOf = (warm: Warm, p95 = warm.ours.p95): number =>
  (p95 + awayMs(warm.asks)) * dollarsAt(warm, warm.ours).whole;

/** Whether one setting's burden is less than another's beyond what their p95 are uncertain by. */
export const isBetter = (one: Warm, other: Warm): boolean =>
  burdenOf(one, one.ours.p95Span.to) < burdenOf(other, other.ours.p95Span.from);

/** A kind's settings, the one with the least burden first. */
export const byBurden = (memory: MemoryFigures, kind: Warm['kind']): Warm[] =>
  memory.warm.filter((one) => one.kind === kind).toSorted((one, other) => burdenOf(one) - burdenOf(other));

/** What was measured under shares; undefined where nothing was. */
export const measuredMemory = ({ memory }: HandlersFigures): MemoryFigures | undefined =>
  'skipped' in memory ? undefined : memory;
