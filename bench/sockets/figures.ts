import * as z from 'zod';
import { figure } from '../measure/figures.ts';
import { TLS_VERSIONS } from './far-side.ts';
import type { Gap } from './gaps.ts';
import { BREAKS } from './proxy.ts';

/** What results.json keeps of this part. */

export const CONTENDERS = ['kept', 'kept, idle', 'checked', 'reconnect', 'forgetful', 'sample'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** Ours, by the gap before each frame. */
export const KEPT = {
  none: 'kept',
  idle: 'kept, idle',
} as const satisfies Record<Gap, Contender>;

const call = z.object({
  contender: z.enum(CONTENDERS),
  tls: z.enum(TLS_VERSIONS),
  /** From the call to the frame's arrival at the far side. */
  arrivalMs: figure,
  /** From the call to its end. */
  endMs: figure,
  cpuMs: figure,
  roundTrips: figure,
  bytesUp: figure,
  bytesDown: figure,
});
export type CallFigures = z.infer<typeof call>;

/** Of a kept socket; by the last version of TLS, as all ratios. */
const ratios = z.object({
  /** Over the sample. */
  sampleEnd: figure,
  sampleArrival: figure,
  sampleCpu: figure,
  /** Over the check of readyState, which looks at no clock: what it takes is the same after any gap. */
  checkedArrival: figure,
  checkedEnd: figure,
  checkedCpu: figure,
});
export type Ratios = z.infer<typeof ratios>;

export const FAULTS = ['healthy', 'frame', ...BREAKS] as const;
export type Fault = (typeof FAULTS)[number];
export const SIDES = ['kept', 'checked'] as const;

const thaw = z.object({
  fault: z.enum(FAULTS),
  side: z.enum(SIDES),
  thaws: z.int().positive(),
  /** Frames sent after all these thaws together, and how many of them never arrived. */
  sent: z.int(),
  lost: z.int(),
  mostLost: z.int(),
  /** Frames that came twice. */
  repeats: z.int(),
  /** Of the first frame after the thaw, where it always arrives. */
  arrivalMs: figure.optional(),
  endMs: figure,
});
export type ThawFigures = z.infer<typeof thaw>;

/** Runs that count, and those that the machine disturbed and that were made again. */
const counts = z.object({ runs: z.int(), again: z.int() });

export const figures = z.object({
  roundTripMs: z.number(),
  node: z.string(),
  calls: z.array(call),
  ratios: z.object({ none: ratios, idle: ratios }),
  /** A reconnect with a TLS session over one without. */
  resumedCpu: figure,
  thaws: z.array(thaw),
  /** Ours over the check of readyState, by the time until the first frame after a thaw of a healthy socket is there. */
  healthy: figure,
  disturbed: z.object({ calls: counts, thaws: counts }),
});
export type Figures = z.infer<typeof figures>;
