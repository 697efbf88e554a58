import * as z from 'zod';
import { figure } from '../measure/figures.ts';

/** Seconds, where nothing else is said. */
export const figures = z.object({
  /** From `npm start` to when it says that all is up, and to the agent's bubble. */
  start: z.object({ ready: figure, relayed: figure }),
  synth: z.object({ ours: figure, resources: z.int(), functions: z.int() }),
  /** Absent where nothing is installed anew. Installs are stated, and have no ratio: they run in few rounds. */
  installs: z
    .object({
      ours: z.object({ seconds: figure, bytes: z.number(), packages: z.int() }),
      samples: z.array(
        z.object({
          name: z.string(),
          seconds: figure,
          bytes: z.number(),
          packages: z.int(),
        }),
      ),
      sampleSynth: z.object({
        seconds: figure,
        resources: z.int(),
        functions: z.int(),
      }),
    })
    .optional(),
  /** Absent where it was not run. */
  test: z.object({ seconds: z.number(), tests: z.int(), passed: z.int() }).optional(),
});
export type ProjectFigures = z.infer<typeof figures>;
