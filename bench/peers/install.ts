import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installLane, LaneError } from '../lane.ts';
import type { Bench } from '../measure/part.ts';

const LANE = fileURLToPath(new URL('.', import.meta.url));

/** `module.registerHooks` came with these: https://nodejs.org/api/module.html#moduleregisterhooksoptions */
const HAS_HOOKS = /^v(22\.(1[5-9]|[2-9]\d)|23\.([5-9]|\d{2,})|2[4-9]|[3-9]\d|\d{3,})\./;

type Node = Bench['node'];

/**
 * Chooses what stands for Lambda's Node.js: npm's, and where there is none for this machine (npm has it for Linux on
 * x64 and arm64), the one that runs this.
 * @param file where npm's would be
 * @throws LaneError when there is neither, or this one is too old
 */
export async function chooseNode(
  file: string,
  own: Node = { file: process.execPath, version: process.version },
): Promise<Node> {
  const npms = await promisify(execFile)(file, ['--version']).catch(() => undefined);
  if (npms !== undefined) return { file, version: npms.stdout.trim() };
  if (HAS_HOOKS.test(own.version)) return own;
  throw new LaneError(
    `The functions are measured on Node.js 24, as on Lambda. npm has none for ${process.platform} on ${process.arch}, and Node.js ${own.version.replace(/^v/, '')}, which runs this, is too old to stand in: start the benchmark with Node.js 24 (22.15 is the oldest that will do; https://nodejs.org/en/download).`,
  );
}

/** Installs the peers, and chooses the Node.js that stands for Lambda's. @throws LaneError */
export async function installPeers(): Promise<Pick<Bench, 'node' | 'peers'>> {
  await installLane(LANE);
  const peers = join(LANE, 'node_modules');
  return { node: await chooseNode(join(peers, `node-linux-${process.arch}/bin/node`)), peers };
}
