/** How much is used, in whole seconds and counts, as the `inin-ratelimit-*` headers tell it (§5.3). */
export interface Spent {
  count: number;
  allowed: number;
  /** Until it begins anew. */
  resetSeconds: number;
  over: boolean;
}

export interface Quota {
  /** Counts one use. */
  spend(allowed: number): Spent;
  restart(): void;
}

const MINUTE_MS = 60_000;

/** Platform API requests each minute of one token of client credentials (§5.3). */
export const REQUESTS_PER_MINUTE = 300;

/** So many uses in each minute, which begins with the first use. */
export function makeQuota(now: () => number): Quota {
  let began: number | undefined;
  let count = 0;
  return {
    spend(allowed) {
      const at = now();
      if (began === undefined || at - began >= MINUTE_MS) {
        began = at;
        count = 0;
      }
      count += 1;
      const resetSeconds = Math.max(1, Math.ceil((began + MINUTE_MS - at) / 1000));
      return { count, allowed, resetSeconds, over: count > allowed };
    },
    restart() {
      began = undefined;
    },
  };
}
