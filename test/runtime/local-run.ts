import type { TestProject } from 'vitest/node';
import setup from '../e2e/local-run.ts';
import { runtimeFiles } from './install.ts';
import { makeStartRic } from './ric.ts';

/** The local run of the end-to-end tests, on Lambda's own runtime. */
export default function setupOnRic(project: TestProject): Promise<() => Promise<void>> {
  return setup(project, { startRuntime: makeStartRic(runtimeFiles()) });
}
