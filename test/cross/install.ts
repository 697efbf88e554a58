import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The lane's own folder, with a lock file and node_modules of its own. */
export const LANE = fileURLToPath(new URL('./', import.meta.url));

/** The lane cannot be played, for a reason that its caller can put right. */
export class LaneError extends Error {}

const pins = z.object({ devDependencies: z.record(z.string(), z.string()) });
const installed = z.object({ version: z.string() });

/** Installs what the lane's package.json pins, unless it is there. Npm's words go to standard error. */
export async function install(): Promise<void> {
  const { devDependencies } = pins.parse(await readJson('package.json'));
  const there = await Promise.all(
    Object.entries(devDependencies).map(async ([name, version]) => {
      const manifest = await readJson(`node_modules/${name}/package.json`).catch(() => undefined);
      return installed.safeParse(manifest).data?.version === version;
    }),
  );
  if (there.every(Boolean)) return;
  // Peers: serverless-offline asks for serverless 4, whose place osls takes.
  const args = ['ci', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = spawn('npm', args, {
    cwd: LANE,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await once(npm, 'close'));
  if (code !== 0) throw new LaneError('npm could not install test/cross: its words stand above.');
}

const readJson = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(`${LANE}${file}`, 'utf8'));
