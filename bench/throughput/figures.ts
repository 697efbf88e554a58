import * as z from 'zod';
import { figure } from '../measure/figures.ts';

/** What results.json keeps of this part. */

/** One in a hundred took longer, over all rounds: of fewer messages than these that would be the word of a few. */
export const P99_SAMPLES = 500;

const p99 = z.object({
  /** Messages that it is of. */
  samples: z.int(),
  /** Milliseconds; absent where there are fewer than {@link P99_SAMPLES}. */
  ms: z.number().optional(),
});
export type P99 = z.infer<typeof p99>;

const load = z.object({
  /** Messages relayed a second. */
  perSecond: figure,
  /** Milliseconds from client to upstream. */
  p50: figure,
  p99,
});

/** Milliseconds of processor time for each message that was sent, where the system tells. */
const cpuFigures = z.object({
  /** Of all processes: the stack and its clients. */
  all: figure,
  /** Of what an emulator cannot spare: the process of the table and the org, where it is one of its own, and the clients. */
  around: figure.optional(),
});

const setting = z.object({
  /** Of each function at most, where that can be chosen. */
  environments: z.int().optional(),
  /** Messages under way at a time. */
  underWay: z.int(),
});

/** A short try of a setting: messages a second, or that some were lost. */
export const trial = setting.extend({ perSecond: z.number(), lost: z.int() });
export type Trial = z.infer<typeof trial>;

/** The setting at which a side relayed most, or fewer under way where it lost some, and all that it was tried with. */
export const way = setting.extend({
  tried: z.array(trial),
  /** Stretches that were done again, with half as many under way, because not every message came upstream once. */
  broken: z.array(z.object({ underWay: z.int(), wrong: z.string() })),
});
export type Way = z.infer<typeof way>;

export const sideFigures = way.extend({
  /** Until all connections were open, in seconds. */
  openedIn: z.number(),
  /** Sessions whose "on" and "off" came upstream when everyone was asked to type once; of the rounds that are measured. */
  sessions: z.object({ asked: z.int(), measured: z.int() }),
  /** As fast as it can. */
  most: load.extend({ cpu: cpuFigures.optional() }),
  /** At the load that all can carry. */
  low: load,
  sent: z.int(),
  repeated: z.int(),
});
export type SideFigures = z.infer<typeof sideFigures>;

export const throughputFigures = z.object({
  connections: z.int(),
  /** Messages a second of the lower load. */
  lowPerSecond: z.number(),
  cores: z.int(),
  ours: sideFigures,
  threads: sideFigures,
  inProcess: sideFigures,
  /** Ours over theirs, messages a second. */
  overThreads: figure,
  overInProcess: figure,
});
export type ThroughputFigures = z.infer<typeof throughputFigures>;
