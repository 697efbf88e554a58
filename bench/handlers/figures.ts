import * as z from 'zod';
import { choiceFigures } from './choice.ts';
import { firstFigures } from './first.ts';
import { type Kind, KINDS } from './kinds.ts';
import { loadFigures } from './load.ts';
import { memoryFigures } from './memory.ts';
import { sizeFigures } from './size.ts';
import { warmFigures } from './warm.ts';

/** Whose frames are measured after several gaps. */
export const GAPS_KIND: Kind = 'typing-frame';

/** What this part measures; milliseconds unless a name says otherwise. */
export const figures = z.object({
  choice: choiceFigures,
  warm: z.array(z.object({ kind: z.enum(KINDS), ...warmFigures.shape })),
  /** Frames on a socket that is kept, by what passed since the last one of the guest. */
  gaps: z.array(z.object({ gapMs: z.number(), ...warmFigures.shape })),
  load: loadFigures,
  size: sizeFigures,
  first: z.array(z.object({ kind: z.enum(KINDS), ...firstFigures.shape })),
  /** By emulated shares of a processor; why not, where this machine allows none. */
  memory: z.union([memoryFigures, z.object({ skipped: z.string() })]),
  /** The setting that is deployed, in MB. */
  memoryMb: z.number(),
});
export type HandlersFigures = z.infer<typeof figures>;
