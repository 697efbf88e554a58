import { stderr } from 'node:process';
import type { TestProject } from 'vitest/node';
import startShared from '../e2e/local-run.ts';
import { findChromium, noChromium } from './chromium.ts';

/** One local run for all browser tests; none, and a word about it, where there is no browser to test with. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findChromium() !== undefined) return startShared(project);
  stderr.write(`\n${noChromium()}\n\n`);
  return undefined;
}
