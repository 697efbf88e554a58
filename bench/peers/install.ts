import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLane } from '../lane.ts';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Bench } from '../measure/part.ts';

const LANE = fileURLToPath(new URL('.', import.meta.url));

/** Installs the peers, and the Node.js that Lambda runs where there is one for this machine; its own where not. */
export async function installPeers(): Promise<Pick<Bench, 'node' | 'peers'>> {
  await installLane(LANE);
  const file = join(LANE, `node_modules/node-linux-${process.arch}/bin/node`);
  const isThere = await access(file).then(
    () => process.platform === 'linux',
    () => false,
  );
  const node = isThere ? file : process.execPath;
  const { stdout } = await promisify(execFile)(node, ['--version']);
  return { node: { file: node, version: stdout.trim() }, peers: join(LANE, 'node_modules') };
}
