import * as z from 'zod';
import { takeTurns } from '../measure/turns.ts';
import { asks, type Asks, countAsks, mustAsk } from './asks.ts';
import { startSide, type Stage } from './contenders.ts';
import { type CpuShare, makeCpuShare } from './cpu-share.ts';
import { makeWriter, type Writer } from './events.ts';
import { firstFigures, measureFirst } from './first.ts';
import { type Kind, KINDS, SPECS } from './kinds.ts';
import { mustBeSame, type Work } from './same-work.ts';
import { type Side, SIDES } from './sealing.ts';
import type { Subject } from './subject.ts';
import { perform } from './warm.ts';

/** The settings that are compared, in MB. */
export const MEMORIES = [128, 256, 512, 1_024] as const;

/** What one setting makes of a warm message, of all rounds together: what it takes by the clock, in milliseconds. */
const warmAt = z.object({
  messages: z.number(),
  p50: z.number(),
  p95: z.number(),
  /** Where the p95 of ever so many messages lies, 19 times in 20. */
  p95Span: z.object({ from: z.number(), to: z.number() }),
  /** What Lambda bills: the mean, each rounded up to a millisecond. */
  billed: z.number(),
});
export type WarmAt = z.infer<typeof warmAt>;

export const memoryFigures = z.object({
  /** By kind, side and memory. */
  warm: z.array(z.object({ kind: z.enum(KINDS), memoryMb: z.number(), asks, ours: warmAt, usual: warmAt })),
  /** The first invocation, by kind and memory. */
  first: z.array(z.object({ kind: z.enum(KINDS), memoryMb: z.number(), ...firstFigures.shape })),
});
export type MemoryFigures = z.infer<typeof memoryFigures>;

/** Kinds whose warm messages are looked at under a share: the cheapest of REST, and one that is held. */
const WARM_KINDS = ['open-messaging', 'participant-state'] as const satisfies readonly Kind[];

/** Between messages, so that a share that was used up is there again. */
const PAUSE_MS = 30;

/** At the smallest share every kind's first invocation is measured, at the others this one's. */
const SMALLEST_MB = 128;
const FIRST_KIND: Kind = 'open-messaging';

export interface MemoryLoad {
  memories: readonly number[];
  /** Of one guest in each round: at least a hundred in all rounds, or the slowest in twenty is merely the slowest. */
  messages: number;
  /** Before the first round. */
  warmUpTurns: number;
}

/** By nearest rank. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;

/** A standard normal value lies between plus and minus this 19 times in 20. */
const NORMAL_95 = 1.96;

/** Between which of the values a percentile lies, by their ranks: how many are below it is binomial. */
function spanOf(sorted: readonly number[], share: number): WarmAt['p95Span'] {
  const rank = share * sorted.length;
  const off = NORMAL_95 * Math.sqrt(rank * (1 - share));
  const at = (place: number): number =>
    sorted[Math.min(sorted.length, Math.max(1, Math.round(place))) - 1] ?? NaN;
  return { from: at(rank - off), to: at(rank + off) };
}

/** What the clock says of all messages of a side at a setting. */
export function warmAtOf(walls: readonly number[]): WarmAt {
  const sorted = walls.toSorted((one, other) => one - other);
  return {
    messages: walls.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p95Span: spanOf(sorted, 0.95),
    billed: walls.reduce((sum, wall) => sum + Math.ceil(wall), 0) / walls.length,
  };
}

/** Warm messages of one kind under the share of one memory setting. */
async function measureWarmAt(stage: Stage, kind: Kind, asks: Asks, memoryMb: number, load: MemoryLoad) {
  const writer = await makeWriter(stage.far, kind, 1);
  const turns = load.messages / (SPECS[kind].held ? 2 : 1);
  const share = await makeCpuShare(memoryMb);
  const subjects: Record<Side, Subject> = {
    ours: startSide(stage, 'ours'),
    usual: startSide(stage, 'usual'),
  };
  try {
    const walls: Record<Side, number[]> = { ours: [], usual: [] };
    const last: Partial<Record<Side, Work>> = {};
    await warmUp(subjects, writer, load, share);
    const contender = (side: Side) => async (): Promise<number> => {
      const { ran, work } = await perform(stage, subjects[side], writer.write(side, turns), PAUSE_MS);
      mustAsk(kind, work, asks);
      walls[side].push(...ran.walls);
      last[side] = work;
      if (last.ours && last.usual) mustBeSame(`${kind} at ${memoryMb} MB`, last.ours, last.usual);
      return ran.wallMs;
    };
    await takeTurns({ ours: contender('ours'), usual: contender('usual') }, stage.bench);
    return { kind, memoryMb, asks, ours: warmAtOf(walls.ours), usual: warmAtOf(walls.usual) };
  } finally {
    await Promise.all(SIDES.map((side) => subjects[side].close()));
    await share.close();
  }
}

async function warmUp(
  subjects: Readonly<Record<Side, Subject>>,
  writer: Writer,
  { warmUpTurns }: MemoryLoad,
  share: CpuShare,
): Promise<void> {
  for (const side of SIDES) {
    await subjects[side].load();
    // With the whole processor: what is warm is what is measured.
    await subjects[side].run(writer.write(side, warmUpTurns));
    await share.take(subjects[side].pid);
  }
}

/** Measures what memory settings make of warm messages and of first invocations. */
export async function measureMemory(stage: Stage, load: MemoryLoad): Promise<MemoryFigures> {
  const { say } = stage.bench;
  const warm: MemoryFigures['warm'] = [];
  const first: MemoryFigures['first'] = [];
  for (const kind of WARM_KINDS) {
    const asks = await countAsks(kind);
    for (const memoryMb of load.memories) {
      say(`handlers: warm, ${kind}, at ${memoryMb} MB`);
      warm.push(await measureWarmAt(stage, kind, asks, memoryMb, load));
    }
  }
  for (const kind of KINDS)
    for (const memoryMb of load.memories) {
      if (kind !== FIRST_KIND && memoryMb !== SMALLEST_MB) continue;
      say(`handlers: first invocation, ${kind}, at ${memoryMb} MB`);
      const share = await makeCpuShare(memoryMb);
      try {
        first.push({ kind, memoryMb, ...(await measureFirst(stage, kind, share)) });
      } finally {
        await share.close();
      }
    }
  return { warm, first };
}
