/** What has started, by the order of its start; it ends in the opposite one. */
export interface Closers {
  /** Remembers what has to be ended, and gives it back. */
  readonly add: <T extends { readonly close: () => Promise<unknown> }>(started: T) => T;
  /** Rejects with an `AggregateError` of what failed to end, once all the rest has ended. */
  readonly closeAll: () => Promise<void>;
}

export function makeClosers(): Closers {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    add: (started) => {
      closers.push(() => started.close());
      return started;
    },
    closeAll: async () => {
      // One that fails to end keeps none of the others from it.
      const failures: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        await close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be ended');
    },
  };
}

/** Starts by `start`; whatever it has added is ended again when it fails. */
export async function startAll<T extends object>(
  start: (add: Closers['add']) => Promise<T>,
): Promise<T & { readonly close: () => Promise<void> }> {
  const { add, closeAll } = makeClosers();
  try {
    return { ...(await start(add)), close: closeAll };
  } catch (error) {
    // Why it did not start is what the caller needs: what failed to end besides must not take its place.
    await closeAll().catch(() => undefined);
    throw error;
  }
}
