import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Constants } from './plan.ts';

const ENTRY = fileURLToPath(new URL('cells.ts', import.meta.url));

/** Files whose `const NAME = number;` may be given another value. */
const WITH_CONSTANTS = /(?:client|relay)\/constants\.ts$|simulate\/(?:aws|guest)\.ts$/;

/** Puts other values into the code's constants. @throws Error when there is no such constant */
function replaceConstants(constants: Constants): Plugin {
  return {
    name: 'constants',
    setup(building) {
      const left = new Set(Object.keys(constants));
      building.onLoad({ filter: WITH_CONSTANTS }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [name, value] of Object.entries(constants)) {
          const replaced = contents.replace(new RegExp(`(const ${name} =) [\\d_]+;`), `$1 ${value};`);
          if (replaced !== contents) left.delete(name);
          contents = replaced;
        }
        return { contents, loader: 'ts' };
      });
      building.onEnd(() => {
        if (left.size > 0) throw new Error(`No such constant: ${[...left].join(', ')}`);
      });
    },
  };
}

/** Bundles client, relay and simulation, so that a worker runs them without a loader. @returns the file */
export async function bundle(folder: string, name: string, constants: Constants): Promise<string> {
  const outfile = join(folder, `${basename(name)}.mjs`);
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    plugins: [replaceConstants(constants)],
  });
  return outfile;
}
