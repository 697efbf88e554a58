import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Answer, Runtime, RuntimeOptions, StartRuntime } from '../../local/lambda/runtime.ts';

/** What one execution environment took, in ms. */
export interface Life {
  readonly functionId: string;
  readonly bundleBytes: number;
  /** From the start of the process to its first question for an event; undefined where INIT failed. */
  initMs?: number;
  /** From each event to its answer, in order. */
  readonly answersMs: number[];
  /** What failed, as `type: message`. */
  readonly failures: string[];
}

export interface Watch {
  readonly startRuntime: StartRuntime;
  /** In the order of their start. */
  readonly lives: readonly Life[];
  /** Ends every environment, so that the next event of each function is a cold start. */
  readonly endAll: () => Promise<void>;
}

/** Measures every environment that `startRuntime` starts. */
export function makeWatch(startRuntime: StartRuntime): Watch {
  const lives: Life[] = [];
  const running = new Set<Runtime>();
  return {
    lives,
    startRuntime: (options) => {
      const { logicalId: functionId, file } = options.fn;
      const life: Life = { functionId, bundleBytes: statSync(file).size, answersMs: [], failures: [] };
      lives.push(life);
      const runtime = measured(startRuntime, options, life);
      running.add(runtime);
      void runtime.ended.then(() => running.delete(runtime));
      return runtime;
    },
    endAll: async () => {
      const reason = { type: 'ServiceException', message: 'The round is over' };
      await Promise.all([...running].map((runtime) => runtime.stop(reason)));
    },
  };
}

function measured(startRuntime: StartRuntime, options: RuntimeOptions, life: Life): Runtime {
  let began = performance.now();
  const runtime = startRuntime(options);
  const note = (answer: Answer): void => {
    const ms = performance.now() - began;
    if (answer.kind === 'ready') life.initMs = ms;
    else life.answersMs.push(ms);
    if ('error' in answer) life.failures.push(`${answer.error.type}: ${answer.error.message}`);
  };
  return {
    ...runtime,
    next: async () => {
      const answer = await runtime.next();
      note(answer);
      return answer;
    },
    post: (invocation) => {
      began = performance.now();
      runtime.post(invocation);
    },
  };
}
