import { performance } from 'node:perf_hooks';
import type { Environment, Outcome } from './environment.ts';
import { startEnvironment } from './environment.ts';
import type { LambdaFunction } from './model.ts';

/** What one invocation gave; `ms` is what the caller waited, INIT included. */
export type Result = Outcome & { readonly ms: number; readonly coldStart: boolean };

/** Runs one event on a function, by its logical id; never rejects. */
export type Invoke = (functionId: string, event: unknown) => Promise<Result>;

export interface Environments {
  readonly invoke: Invoke;
  /** Ends every environment; what runs fails, and so does what comes later. */
  readonly close: () => Promise<void>;
}

export interface EnvironmentsOptions {
  readonly functions: readonly LambdaFunction[];
  /** Set over each function's own variables: the local endpoints. Read whenever an environment starts. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
  readonly onLog?: (entry: { functionName: string; line: string }) => void;
}

/**
 * Makes the pools of execution environments, one pool a function. An environment has one event at a time and
 * keeps its module state; when all are busy a new one starts; the one used last is used first.
 */
export function makeEnvironments({
  functions,
  extraEnvironment = {},
  onLog,
}: EnvironmentsOptions): Environments {
  const byId = new Map(functions.map((fn) => [fn.logicalId, fn]));
  const idle = new Map<string, Environment[]>(functions.map((fn) => [fn.logicalId, []]));
  const all = new Set<Environment>();
  let closed = false;

  function take(fn: LambdaFunction): { environment: Environment; coldStart: boolean } {
    const pool = idle.get(fn.logicalId) ?? [];
    for (let warm = pool.pop(); warm !== undefined; warm = pool.pop()) {
      if (warm.alive()) return { environment: warm, coldStart: false };
      all.delete(warm);
    }
    const onLine = (line: string): void => onLog?.({ functionName: fn.functionName, line });
    const environment = startEnvironment({ fn, extra: extraEnvironment, onLine });
    all.add(environment);
    return { environment, coldStart: true };
  }

  async function invoke(functionId: string, event: unknown): Promise<Result> {
    const fn = byId.get(functionId);
    if (fn === undefined || closed) {
      const message = closed ? 'The environments are closed' : `There is no function ${functionId}`;
      return { ok: false, error: { type: 'ServiceException', message }, ms: 0, coldStart: false };
    }
    const began = performance.now();
    const { environment, coldStart } = take(fn);
    const outcome = await environment.invoke(event);
    if (environment.alive()) idle.get(functionId)?.push(environment);
    else all.delete(environment);
    return { ...outcome, ms: performance.now() - began, coldStart };
  }

  return {
    invoke,
    close: async () => {
      closed = true;
      await Promise.all([...all].map((environment) => environment.close()));
      all.clear();
    },
  };
}
