import type { Environment } from './environment.ts';

export interface PoolLimits {
  /** Environments of one function at a time. */
  readonly environments: number;
  /** How long an event waits for one of them, in ms. */
  readonly waitMs: number;
  /** An environment that had no event for this long ends, in ms. */
  readonly idleMs: number;
}

/** Each environment is a thread with a heap of its own, so a laptop holds far fewer than Lambda does. */
export const POOL_LIMITS: PoolLimits = { environments: 20, waitMs: 1000, idleMs: 5 * 60_000 };

export interface Lease {
  readonly environment: Environment;
  readonly coldStart: boolean;
}

/** The environments of one function. */
export interface Pool {
  /** A free environment, else a new one, else the first to become free; undefined when none does in time. */
  readonly take: () => Promise<Lease | undefined>;
  readonly giveBack: (environment: Environment) => void;
  /** Ends every environment; whoever waits for one gets none. */
  readonly close: () => Promise<void>;
}

/** Makes a pool; the environment that was used last is used first, so that the others may end. */
export function makePool(start: () => Environment, limits: PoolLimits): Pool {
  const all = new Set<Environment>();
  const idle: { environment: Environment; timer: NodeJS.Timeout }[] = [];
  const queue = makeQueue<Lease>(limits.waitMs);

  function startOne(): Lease {
    const environment = start();
    all.add(environment);
    return { environment, coldStart: true };
  }

  function takeWarm(): Lease | undefined {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      clearTimeout(free.timer);
      if (free.environment.alive()) return { environment: free.environment, coldStart: false };
      all.delete(free.environment);
    }
    return undefined;
  }

  function end(environment: Environment): void {
    all.delete(environment);
    idle.splice(0, idle.length, ...idle.filter((free) => free.environment !== environment));
    void environment.close();
  }

  return {
    take: () => {
      const warm = takeWarm();
      if (warm !== undefined) return Promise.resolve(warm);
      return all.size < limits.environments ? Promise.resolve(startOne()) : queue.wait();
    },
    giveBack: (environment) => {
      const alive = environment.alive();
      if (!alive) all.delete(environment);
      if (queue.hasAny()) queue.serve(alive ? { environment, coldStart: false } : startOne());
      else if (alive) idle.push({ environment, timer: setTimeout(end, limits.idleMs, environment).unref() });
    },
    close: async () => {
      queue.dismiss();
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      await Promise.all([...all].map((environment) => environment.close()));
      all.clear();
    },
  };
}

interface Queue<T> {
  /** What it is served with, or undefined when its time is over first. */
  readonly wait: () => Promise<T | undefined>;
  readonly hasAny: () => boolean;
  /** Serves the one that waits longest. */
  readonly serve: (item: T) => void;
  /** Lets everybody go with nothing. */
  readonly dismiss: () => void;
}

function makeQueue<T>(waitMs: number): Queue<T> {
  // A Set keeps the order in which they came.
  const waiting = new Set<(item: T | undefined) => void>();
  return {
    wait: () =>
      new Promise((resolve) => {
        const got = (item: T | undefined): void => {
          clearTimeout(timer);
          waiting.delete(got);
          resolve(item);
        };
        const timer = setTimeout(got, waitMs, undefined);
        waiting.add(got);
      }),
    hasAny: () => waiting.size > 0,
    serve: (item) => {
      const [first] = waiting;
      first?.(item);
    },
    dismiss: () => {
      for (const got of waiting) got(undefined);
    },
  };
}
