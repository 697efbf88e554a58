import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { ROOT } from '../../infra/bundle.ts';
import { seconds } from './run.ts';

const Report = z.object({ numTotalTests: z.int(), numPassedTests: z.int() });

export interface Tested {
  seconds: number;
  tests: number;
  passed: number;
}

/** Runs `npm test` once, or only some of it. What fails is counted: its words are for who runs it by itself. @throws Error without a report */
export async function npmTest(signal: AbortSignal, only: readonly string[] = []): Promise<Tested> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-npm-test-'));
  const report = join(folder, 'report.json');
  const began = performance.now();
  try {
    const args = ['test', '--', '--reporter=json', `--outputFile=${report}`, ...only];
    // CDK gives each app of a test a folder for temporary files and leaves it there, and a test that is ended leaves its own.
    const env = Object.fromEntries(['TMPDIR', 'TMP', 'TEMP'].map((name) => [name, folder]));
    // A test that fails is npm's failure, too; then the report says how many.
    await seconds('npm', args, { cwd: ROOT, env, signal }).catch(() => {
      signal.throwIfAborted();
    });
    const took = (performance.now() - began) / 1_000;
    const { numTotalTests, numPassedTests } = Report.parse(JSON.parse(await readFile(report, 'utf8')));
    return { seconds: took, tests: numTotalTests, passed: numPassedTests };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
