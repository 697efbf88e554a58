import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A lane cannot be run, for a reason that its caller can put right. */
export class LaneError extends Error {
  override readonly name = 'LaneError';
}

const pins = z.record(z.string(), z.string()).default({});
const lane = z.object({ dependencies: pins, devDependencies: pins });
const installed = z.object({ version: z.string() });

/**
 * Installs what the package.json of a folder pins, by the folder's own lock file, unless it is there: what only one
 * command needs is kept out of everybody's `npm ci`. Npm's words go to standard error.
 * @throws LaneError
 */
export async function installLane(folder: string, flags: readonly string[] = []): Promise<void> {
  const { dependencies, devDependencies } = lane.parse(await readJson(join(folder, 'package.json')));
  const there = await Promise.all(
    Object.entries({ ...dependencies, ...devDependencies }).map(async ([name, version]) => {
      const manifest = await readJson(join(folder, 'node_modules', name, 'package.json')).catch(
        () => undefined,
      );
      return installed.safeParse(manifest).data?.version === version;
    }),
  );
  if (there.every(Boolean)) return;
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...flags], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await once(npm, 'close'));
  if (code !== 0) throw new LaneError(`npm could not install ${folder}: its words stand above.`);
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
