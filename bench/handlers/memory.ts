import * as z from 'zod';
import { figure, figureOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { startSide, type Stage } from './contenders.ts';
import { makeCpuShare } from './cpu-share.ts';
import { makeWriter, type Writer } from './events.ts';
import { firstFigures, measureFirst } from './first.ts';
import { type Kind, KINDS } from './kinds.ts';
import { type Side, SIDES } from './sealing.ts';
import type { Subject } from './subject.ts';
import { perform } from './warm.ts';

/** The settings that are compared, in MB. */
export const MEMORIES = [128, 256, 512, 1_024] as const;

/** What one setting makes of a warm message: what it takes by the clock, in milliseconds. */
const warmAt = z.object({
  p50: figure,
  p95: figure,
  /** What Lambda bills: the mean, each rounded up to a millisecond. */
  billed: figure,
});

export const memoryFigures = z.object({
  /** By kind, side and memory. */
  warm: z.array(z.object({ kind: z.enum(KINDS), memoryMb: z.number(), ours: warmAt, usual: warmAt })),
  /** The first invocation, by kind and memory. */
  first: z.array(z.object({ kind: z.enum(KINDS), memoryMb: z.number(), ...firstFigures.shape })),
});
export type MemoryFigures = z.infer<typeof memoryFigures>;
type WarmAt = z.infer<typeof warmAt>;

/** Kinds whose warm messages are looked at under a share: the cheapest of REST, and one that is held. */
const WARM_KINDS = ['open-messaging', 'participant-state'] as const satisfies readonly Kind[];

/** Between messages, so that a share that was used up is there again. */
const PAUSE_MS = 30;

/** At the smallest share every kind's first invocation is measured, at the others this one's. */
const SMALLEST_MB = 128;
const FIRST_KIND: Kind = 'open-messaging';

export interface MemoryLoad {
  memories: readonly number[];
  /** Turns of one guest in each round, and before. */
  turns: number;
  warmUpTurns: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;

interface Rounds {
  p50: number[];
  p95: number[];
  billed: number[];
}

async function round(
  stage: Stage,
  subject: Subject,
  writer: Writer,
  side: Side,
  turns: number,
  into: Rounds,
) {
  const { ran } = await perform(stage, subject, writer.write(side, turns), PAUSE_MS);
  const walls = ran.walls.toSorted((one, other) => one - other);
  into.p50.push(percentile(walls, 0.5));
  into.p95.push(percentile(walls, 0.95));
  into.billed.push(walls.reduce((sum, wall) => sum + Math.ceil(wall), 0) / walls.length);
  return ran.wallMs;
}

const figuresOf = ({ p50, p95, billed }: Rounds): WarmAt => ({
  p50: figureOf(p50),
  p95: figureOf(p95),
  billed: figureOf(billed),
});

/** Warm messages of one kind under the share of one memory setting. */
async function measureWarmAt(stage: Stage, kind: Kind, memoryMb: number, load: MemoryLoad) {
  const writer = await makeWriter(stage.far, kind, 1);
  const share = await makeCpuShare(memoryMb);
  const subjects: Record<Side, Subject> = {
    ours: startSide(stage, 'ours'),
    usual: startSide(stage, 'usual'),
  };
  try {
    const rounds: Record<Side, Rounds> = {
      ours: { p50: [], p95: [], billed: [] },
      usual: { p50: [], p95: [], billed: [] },
    };
    for (const side of SIDES) {
      await subjects[side].load();
      // With the whole processor: what is warm is what is measured.
      await subjects[side].run(writer.write(side, load.warmUpTurns).events);
      await share.take(subjects[side].pid);
    }
    const contender = (side: Side) => () =>
      round(stage, subjects[side], writer, side, load.turns, rounds[side]);
    await takeTurns({ ours: contender('ours'), usual: contender('usual') }, stage.bench);
    return { kind, memoryMb, ours: figuresOf(rounds.ours), usual: figuresOf(rounds.usual) };
  } finally {
    await Promise.all(SIDES.map((side) => subjects[side].close()));
    await share.close();
  }
}

/** Measures what memory settings make of warm messages and of first invocations. */
export async function measureMemory(stage: Stage, load: MemoryLoad): Promise<MemoryFigures> {
  const { say } = stage.bench;
  const warm: MemoryFigures['warm'] = [];
  const first: MemoryFigures['first'] = [];
  for (const kind of WARM_KINDS)
    for (const memoryMb of load.memories) {
      say(`handlers: warm, ${kind}, at ${memoryMb} MB`);
      warm.push(await measureWarmAt(stage, kind, memoryMb, load));
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
