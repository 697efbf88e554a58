import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import type { Budget } from '../relay/delivery.ts';

export interface ApiBudget {
  /** From now on this token's answers count: each has a budget of its own. */
  use: (token: string) => void;
  /** Takes note of what an answer to this token says. */
  note: (token: string, headers: IncomingHttpHeaders) => void;
  read: () => Budget;
}

/** Short from here on, as a share of what is allowed: a fifth is kept for first "on"s and for "off"s. */
const SHORT = 1 / 5;

/** Spent from here on: 15 of the usual 300 a minute, so that "off"s, which are few, still pass. */
const SPENT = 1 / 20;

const whole = (pattern: RegExp) => z.pipe(z.string().check(z.regex(pattern)), z.transform(Number));

/** Developer-center-blog, 2021-05-06-sdk-config-and-logging: count 1, allowed 180, reset 61. */
const rateLimit = z.object({
  'inin-ratelimit-count': whole(/^\d{1,9}$/),
  'inin-ratelimit-allowed': whole(/^[1-9]\d{0,8}$/),
  // Seconds. The limits are for a minute: what says hours is no such header.
  'inin-ratelimit-reset': whole(/^\d{1,3}$/),
});

/** @param now epoch milliseconds */
export function makeApiBudget(now: () => number): ApiBudget {
  let current: string | undefined;
  let seen: { left: number; resetsAt: number } | undefined;

  return {
    use(token) {
      if (token === current) return;
      current = token;
      seen = undefined;
    },

    note(token, headers) {
      const parsed = rateLimit.safeParse(headers);
      if (token !== current || !parsed.success) return;
      const allowed = parsed.data['inin-ratelimit-allowed'];
      seen = {
        left: (allowed - parsed.data['inin-ratelimit-count']) / allowed,
        resetsAt: now() + parsed.data['inin-ratelimit-reset'] * 1000,
      };
    },

    read() {
      const resetsInMs = (seen?.resetsAt ?? 0) - now();
      if (!seen || seen.left > SHORT || resetsInMs <= 0) return { level: 'plenty', resetsInMs: 0 };
      return { level: seen.left > SPENT ? 'short' : 'spent', resetsInMs };
    },
  };
}
