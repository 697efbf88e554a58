import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleOptions } from '../../infra/bundle.ts';

const REMEMBERS = 'new Agent()';
const FORGETS = 'new Agent({ maxCachedSessions: 0 })';

/** Takes the memory for TLS sessions out of the product's code. @throws Error when it is not there */
const withoutResumption: Plugin = {
  name: 'without-resumption',
  setup(building) {
    building.onLoad({ filter: /ports\/open-socket\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(REMEMBERS)) throw new Error(`${path} remembers TLS sessions in another way now.`);
      return { contents: text.replace(REMEMBERS, FORGETS), loader: 'ts' };
    });
  },
};

/** Bundles the measured process as functions are bundled. @returns its files: as it is, and without TLS resumption */
export async function bundleChild(folder: string): Promise<{ ours: string; forgetful: string }> {
  const variant = async (name: string, plugins: Plugin[]): Promise<string> => {
    await build({ ...bundleOptions({ [name]: 'bench/sockets/child.ts' }, folder), plugins });
    return join(folder, `${name}.mjs`);
  };
  const [ours, forgetful] = await Promise.all([
    variant('ours', []),
    variant('forgetful', [withoutResumption]),
  ]);
  return { ours, forgetful };
}
