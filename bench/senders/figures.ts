import * as z from 'zod';
import { figure } from '../measure/figures.ts';

const contest = z.object({
  /** Keys or messages of a replay. */
  steps: z.int().positive(),
  sides: z.array(
    z.object({
      name: z.string(),
      /** Frames sent, or messages sent on, in a replay. */
      said: z.int(),
      /** Nanoseconds for each key or message. */
      ns: figure,
    }),
  ),
  ratios: z.array(z.object({ ours: z.string(), theirs: z.string(), ratio: figure })),
});
export type ContestFigures = z.infer<typeof contest>;

/** What results.json keeps of this part. */
export const figures = z.object({
  keys: contest,
  messages: contest,
  first: contest,
  frames: contest,
  asking: contest,
  decisions: contest,
});
export type SendersFigures = z.infer<typeof figures>;
