import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type BuildContext, context } from 'esbuild';
import * as z from 'zod';
import { bundleOptions } from '../../infra/bundle.ts';
import type { LambdaFunction } from '../template/model.ts';

/** A function that says what its bundle is made from. */
export type Source = Pick<LambdaFunction, 'logicalId' | 'file'> & { readonly entry: string };

/** The bundles of a stack's functions. */
export interface Bundles {
  /**
   * Builds all of them, and replaces those whose code is another one now.
   * @param onReplaced told of each of these at once
   * @throws Error whose message says where the sources do not build, and why; no bundle is replaced then
   */
  readonly rebuild: (onReplaced: (source: Source) => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** esbuild.github.io/api/#build-failures */
const failure = z.object({
  errors: z.array(
    z.object({
      text: z.string(),
      location: z.object({ file: z.string(), line: z.number(), column: z.number() }).nullable(),
    }),
  ),
});

/**
 * Makes the builder of these functions' bundles. One build makes them all: it parses what they share once, and takes
 * not much longer than that of the largest.
 * @param root the folder that entries are paths from
 */
export function makeBundles(root: string, sources: readonly Source[]): Bundles {
  const entries = Object.fromEntries(sources.map(({ logicalId, entry }) => [logicalId, entry]));
  // Made at the first change, so that the start does not wait for it. Nothing is written to this folder.
  let building: Promise<BuildContext<{ write: false }>> | undefined;
  const open = () =>
    context({ ...bundleOptions(entries, root, root), write: false, logLevel: 'silent' as const });

  return {
    rebuild: async (onReplaced) => {
      building ??= open();
      const { outputFiles } = await (await building).rebuild().catch((error: unknown) => {
        throw buildError(error);
      });
      const built = new Map(outputFiles.map(({ path, text }) => [basename(path, '.mjs'), text]));
      // Functions of the same code have one bundle.
      for (const file of new Set(sources.map((source) => source.file))) {
        const sharing = sources.filter((source) => source.file === file);
        if (await replace(file, built.get(sharing[0]?.logicalId ?? ''))) sharing.forEach(onReplaced);
      }
    },
    close: async () => {
      await (await building)?.dispose();
    },
  };
}

/** Replaces a bundle at once, so that an environment that starts meanwhile reads a whole one; false: it is the same. */
async function replace(file: string, text: string | undefined): Promise<boolean> {
  if (text === undefined || text === (await readFile(file, 'utf8'))) return false;
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  return true;
}

function buildError(error: unknown): unknown {
  const parsed = failure.safeParse(error);
  if (!parsed.success) return error;
  const lines = parsed.data.errors.map(({ text, location }) =>
    location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`,
  );
  return new Error(lines.join('\n'), { cause: error });
}
