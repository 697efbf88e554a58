import { performance } from 'node:perf_hooks';
import type { LambdaFunction } from '../template/model.ts';
import type { Environment, Outcome } from './environment.ts';
import { startEnvironment } from './environment.ts';
import type { PoolLimits } from './pool.ts';
import { makePool, POOL_LIMITS } from './pool.ts';
import type { RuntimeOptions, StartRuntime } from './runtime.ts';
import { startRuntime as startWorker } from './runtime.ts';

/** What one invocation gave; `ms` is what the caller waited, INIT included. */
export type Result = Outcome & { readonly ms: number; readonly coldStart: boolean };

/** Runs one event on a function, by its logical id; never rejects. */
export type Invoke = (functionId: string, event: unknown) => Promise<Result>;

export interface Environments {
  readonly invoke: Invoke;
  /** Starts an environment of the function where it has none, so that its next event finds INIT done or under way. */
  readonly warm: (functionId: string) => void;
  /** The function's next event gets an environment with the code as it then is; those that run end in theirs. */
  readonly renew: (functionId: string) => void;
  /** Ends every environment; what runs fails, and so does what comes later. */
  readonly close: () => Promise<void>;
}

export interface EnvironmentsOptions {
  readonly functions: readonly LambdaFunction[];
  /** Set over each function's own variables: the local endpoints. Read whenever an environment starts. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
  readonly onLog?: (entry: { functionName: string; line: string }) => void;
  readonly limits?: Partial<PoolLimits>;
  /** What runs the functions' code; worker threads by default. */
  readonly startRuntime?: StartRuntime;
}

/**
 * Makes the pools of execution environments, one pool a function. An environment has one event at a time and
 * keeps its module state; when all are busy a new one starts, up to a limit.
 */
export function makeEnvironments(options: EnvironmentsOptions): Environments {
  const { functions, extraEnvironment: extra = {}, onLog, startRuntime = startWorker } = options;
  const limits = { ...POOL_LIMITS, ...options.limits };
  const pools = new Map(
    functions.map((fn) => {
      const onLine = (line: string): void => onLog?.({ functionName: fn.functionName, line });
      const start = () => startOrFail({ fn, extra, onLine }, startRuntime);
      return [fn.logicalId, makePool(start, limitsOf(fn, limits))];
    }),
  );
  let closed = false;
  // A call, because it may change during any wait.
  const isClosed = (): boolean => closed;

  async function invoke(functionId: string, event: unknown): Promise<Result> {
    const pool = pools.get(functionId);
    if (isClosed()) return failed('ServiceException', CLOSED, 0);
    if (pool === undefined) return failed('ServiceException', `There is no function ${functionId}`, 0);
    const began = performance.now();
    const lease = await pool.take();
    const waited = performance.now() - began;
    // As Lambda refuses what is over the concurrency: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    if (lease === undefined) {
      return isClosed()
        ? failed('ServiceException', CLOSED, waited)
        : failed('TooManyRequestsException', 'Rate exceeded', waited);
    }
    const outcome = await lease.environment.invoke(event);
    if (!isClosed()) pool.giveBack(lease.environment);
    return { ...outcome, ms: performance.now() - began, coldStart: lease.coldStart };
  }

  return {
    invoke,
    warm: (functionId) => {
      if (!isClosed()) pools.get(functionId)?.warm();
    },
    renew: (functionId) => pools.get(functionId)?.renew(),
    close: async () => {
      closed = true;
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/** A reserved concurrency is Lambda's own limit: what is over it is refused at once. */
function limitsOf({ reservedConcurrency: reserved }: LambdaFunction, limits: PoolLimits): PoolLimits {
  if (reserved === undefined || reserved > limits.environments) return limits;
  return { ...limits, environments: reserved, waitMs: 0 };
}

/** An environment that fails each event where none can be started, such as for want of a thread. */
function startOrFail(options: RuntimeOptions, startRuntime: StartRuntime): Environment {
  try {
    return startEnvironment(options, startRuntime);
  } catch (cause) {
    const error = { type: 'ServiceException', message: `No environment can be started: ${String(cause)}` };
    return {
      invoke: () => Promise.resolve({ ok: false, error }),
      alive: () => false,
      close: () => Promise.resolve(),
    };
  }
}

const CLOSED = 'The environments are closed';

function failed(type: string, message: string, ms: number): Result {
  return { ok: false, error: { type, message }, ms, coldStart: false };
}
