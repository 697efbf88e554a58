import * as z from 'zod';
import { figure } from '../measure/figures.ts';

/** What results.json keeps of this part. */

const load = z.object({
  /** Messages relayed a second. */
  perSecond: figure,
  /** Milliseconds from client to upstream. */
  p50: figure,
  p99: figure,
});

export const sideFigures = z.object({
  /** Until all connections were open, in seconds. */
  openedIn: z.number(),
  /** Messages under way at a time: at which it relayed most, or fewer where it lost some. */
  underWay: z.int(),
  /** What it did at other numbers of messages under way, in short tries: a second, or that messages were lost. */
  tried: z.array(z.object({ underWay: z.int(), perSecond: z.number(), lost: z.int() })),
  /** As fast as it can. */
  most: load,
  /** At the load that all can carry. */
  low: load,
  /** Rounds that were measured again, with half as many under way, because not every message came upstream once. */
  broken: z.array(z.object({ underWay: z.int(), wrong: z.string() })),
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
