import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from './results.ts';

/** Figures of a run that is not whole yet, in a file of their own: a part that fails later does not cost them. */
export interface Kept {
  /** @returns where they are now */
  readonly keep: (results: Results) => Promise<string>;
  /** Where they are; undefined where nothing was kept. */
  readonly file: () => string | undefined;
  /** They are of no more use. */
  readonly drop: () => Promise<void>;
}

/** How results are written. */
export const resultsText = (results: Results): string => `${JSON.stringify(results, undefined, 1)}\n`;

/** @param parent where a folder is made once there is something to keep; outside the project by default, for git sees what is in it */
export function makeKept(parent = tmpdir()): Kept {
  let folder: string | undefined;
  let file: string | undefined;
  return {
    keep: async (results) => {
      folder ??= await mkdtemp(join(parent, 'typing-relay-bench-'));
      const [next, there] = [join(folder, 'next.json'), join(folder, 'results.json')];
      await writeFile(next, resultsText(results));
      // What was kept before stays until there is more.
      await rename(next, there);
      return (file = there);
    },
    file: () => file,
    drop: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      folder = file = undefined;
    },
  };
}
