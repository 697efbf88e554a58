import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Bench } from '../measure/part.ts';
import { type ContestName, type Outcome, outcome } from './outcome.ts';

const ENTRY = fileURLToPath(new URL('child.ts', import.meta.url));

/** Measures one side of one contest for so many milliseconds, in a process that knows no other side. */
export type MeasureSide = (contest: ContestName, side: string, ms: number) => Promise<Outcome>;

/** Bundles the contests and lends what runs one side of them under the Node.js that Lambda runs. */
export async function withChildren<T>(
  { node, signal }: Pick<Bench, 'node' | 'signal'>,
  use: (measure: MeasureSide) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-senders-'));
  const outfile = join(folder, 'child.mjs');
  try {
    await build({
      entryPoints: [ENTRY],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      logLevel: 'silent',
    });
    return await use(async (contest, side, ms) => {
      const args = [outfile, contest, side, String(ms)];
      const { stdout } = await promisify(execFile)(node.file, args, { signal });
      return outcome.parse(JSON.parse(stdout));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
