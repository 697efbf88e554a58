import { noUsage, type Usage } from '../scale/cost.ts';
import type { Counts } from '../scale/counts.ts';
import { HANDLER_MS } from '../scale/fleet.ts';
import type { Way } from '../scale/upstreams.ts';
import { ACK_BYTES, POST_BYTES, usageOf } from '../scale/usage.ts';
import type { OwnTime } from './own-time.ts';

/** What counts come to in the units that AWS bills, for typing alone: neither connections nor an agent's typing. */

/** In the busiest second of a thousand chats up to half more environments are busy than on average (docs/scale.md). */
const BUSIEST = 1.5;

/** Of the real relay. */
export function relayUsage(way: Way, counts: Counts, own: OwnTime): Usage {
  const typing = { ...counts, connections: 0, pings: 0 };
  // Counts are of the whole conversation here, and so are the seconds in which environments were busy.
  const environments = (BUSIEST * (counts.typingMs + counts.watchMs)) / 1_000;
  const usage = usageOf({ way, mean: typing }, 1, environments);
  return {
    ...usage,
    connectionMinutes: 0,
    memoryMb: own.memoryMb,
    lambdaMs: usage.lambdaMs + (own.ms - HANDLER_MS) * usage.invocations,
  };
}

/** Of a backend of backends.ts, which posted so many frames and wrote so many bytes of lines. */
export const backendUsage = (
  counts: Counts,
  { posts, logBytes }: { posts: number; logBytes: number },
  { memoryMb }: OwnTime,
): Usage => ({
  ...noUsage,
  messages: counts.frames + posts,
  // As for ours, what is lost on its way is counted as if it had come.
  invocations: counts.frames,
  lambdaMs: counts.typingMs,
  memoryMb,
  writes: counts.writes,
  // The SDK's default.
  eventualReads: counts.reads,
  logBytes,
  egressBytes: POST_BYTES * counts.calls + ACK_BYTES * posts,
});

/** The sum of what is used; all of it at the same memory. */
export function addUsage(one: Usage, other: Usage): Usage {
  const sum = (key: keyof Usage): number => one[key] + other[key];
  return {
    messages: sum('messages'),
    connectionMinutes: sum('connectionMinutes'),
    httpRequests: sum('httpRequests'),
    invocations: sum('invocations'),
    lambdaMs: sum('lambdaMs'),
    memoryMb: other.memoryMb,
    writes: sum('writes'),
    reads: sum('reads'),
    eventualReads: sum('eventualReads'),
    queueRequests: sum('queueRequests'),
    logBytes: sum('logBytes'),
    egressBytes: sum('egressBytes'),
  };
}
