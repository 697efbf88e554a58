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
const lane = z.object({ dependencies: pins, devDependencies: pins, optionalDependencies: pins });
const installed = z.object({ version: z.string() });

/**
 * Installs what the package.json of a folder pins, by the folder's own lock file, unless it is there: what only one
 * command needs is kept out of everybody's `npm ci`. Npm's words go to standard error.
 * @throws LaneError
 */
export async function installLane(folder: string, flags: readonly string[] = []): Promise<void> {
  if (await isThere(folder)) return;
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

async function isThere(folder: string): Promise<boolean> {
  const { optionalDependencies, ...must } = lane.parse(await readJson(join(folder, 'package.json')));
  const versionOf = async (name: string): Promise<string | undefined> => {
    const manifest = await readJson(join(folder, 'node_modules', name, 'package.json')).catch(
      () => undefined,
    );
    return installed.safeParse(manifest).data?.version;
  };
  const pinned = [...Object.entries(must.dependencies), ...Object.entries(must.devDependencies)];
  const there = await Promise.all([
    ...pinned.map(async ([name, version]) => (await versionOf(name)) === version),
    // Of these npm leaves out what is for other machines.
    ...Object.entries(optionalDependencies).map(async ([name, version]) =>
      [undefined, version].includes(await versionOf(name)),
    ),
  ]);
  return there.every(Boolean);
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
