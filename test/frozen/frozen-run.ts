import type { TestProject } from 'vitest/node';
import { startFreezingRuntime } from '../../local/lambda/runtime.ts';
import setup from '../e2e/local-run.ts';

/** A local run whose environments stand still between events, as Lambda's do. */
export default (project: TestProject): ReturnType<typeof setup> =>
  setup(project, { startRuntime: startFreezingRuntime });
