import type { Environment } from './environment.ts';

export interface PoolLimits {
  /** Environments of one function at a time. */
  readonly environments: number;
  /** How long an event waits for one of them, in ms. */
  readonly waitMs: number;
  /** An environment that had no event for this long ends, in ms. */
  readonly idleMs: number;
}

/**
 * Each environment is a thread with a heap of its own, so a laptop holds far fewer than Lambda does: an event that
 * finds none free waits, where Lambda would have started one more.
 */
export const POOL_LIMITS: PoolLimits = { environments: 20, waitMs: 10_000, idleMs: 5 * 60_000 };

export interface Lease {
  readonly environment: Environment;
  readonly coldStart: boolean;
}

/** The environments of one function. */
export interface Pool {
  /** A free environment, else a new one, else the first to become free; undefined when none does in time. */
  readonly take: () => Promise<Lease | undefined>;
  readonly giveBack: (environment: Environment) => void;
  /** Starts an environment before the first event, where there is none. */
  readonly warm: () => void;
  /** Lets no environment that there is have another event: those without one end now, the others after theirs. */
  readonly renew: () => void;
  /** Ends every environment; whoever waits for one gets none. */
  readonly close: () => Promise<void>;
}

/** Makes a pool; the environment that was used last is used first, so that the others may end. */
export function makePool(start: () => Environment, limits: PoolLimits): Pool {
  const all = new Set<Environment>();
  const outdated = new WeakSet<Environment>();
  const idle: { environment: Environment; timer: NodeJS.Timeout }[] = [];
  const queue = makeQueue<Lease>(limits.waitMs);

  function startOne(): Lease {
    const environment = start();
    all.add(environment);
    return { environment, coldStart: true };
  }

  function rest(environment: Environment): void {
    idle.push({ environment, timer: setTimeout(end, limits.idleMs, environment).unref() });
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
      const usable = environment.alive() && !outdated.has(environment);
      if (!usable) end(environment);
      if (queue.hasAny()) queue.serve(usable ? { environment, coldStart: false } : startOne());
      else if (usable) rest(environment);
    },
    warm: () => {
      if (all.size === 0 && limits.environments > 0) rest(startOne().environment);
    },
    renew: () => {
      for (const { environment, timer } of [...idle]) {
        clearTimeout(timer);
        end(environment);
      }
      for (const environment of all) outdated.add(environment);
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
