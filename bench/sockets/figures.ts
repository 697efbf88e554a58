import * as z from 'zod';
import { figure } from '../measure/figures.ts';
import { TLS_VERSIONS } from './far-side.ts';
import { BREAKS } from './proxy.ts';

/** What results.json keeps of this part. */

export const CONTENDERS = ['kept', 'kept, idle', 'checked', 'reconnect', 'forgetful', 'sample'] as const;
export type Contender = (typeof CONTENDERS)[number];

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

const ratios = z.object({
  /** Kept over the sample; by the last version of TLS, as all ratios. */
  sampleEnd: figure,
  sampleArrival: figure,
  sampleCpu: figure,
  /** Kept over the check of readyState. */
  checkedArrival: figure,
  checkedEnd: figure,
  checkedCpu: figure,
  /** A reconnect with a TLS session over one without. */
  resumedCpu: figure,
});

export const IDLES = ['short', 'long'] as const;
export const FAULTS = ['healthy', 'frame', ...BREAKS] as const;
export type Fault = (typeof FAULTS)[number];
export const SIDES = ['kept', 'checked'] as const;

const thaw = z.object({
  idle: z.enum(IDLES),
  fault: z.enum(FAULTS),
  side: z.enum(SIDES),
  thaws: z.int().positive(),
  /** Frames sent after all these thaws together, and how many of them never arrived. */
  sent: z.int(),
  lost: z.int(),
  mostLost: z.int(),
  /** Sockets opened after a thaw, in the middle. */
  opened: figure,
  /** Of the first frame after the thaw, where it always arrives. */
  arrivalMs: figure.optional(),
  endMs: figure,
});
export type ThawFigures = z.infer<typeof thaw>;

/** Ours over the check of readyState, by the time until the first frame after a thaw of a healthy socket is there. */
const healthy = z.object({ short: figure, long: figure });

export const figures = z.object({
  roundTripMs: z.number(),
  node: z.string(),
  calls: z.array(call),
  ratios,
  thaws: z.array(thaw),
  healthy,
});
export type Figures = z.infer<typeof figures>;
