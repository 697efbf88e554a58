import { addTo, makeTally, measure, quantile } from '../simulate/measures.ts';
import { runChats } from './chats.ts';
import { sumOf } from './counts.ts';
import type { Way } from './upstreams.ts';

/** What becomes of typing when so many chats share the requests of one token. */
export interface Shared {
  way: string;
  chats: number;
  /** Requests a minute that the chats made, those answered 429 included. */
  requests: number;
  limited: number;
  /** Of 1: drafts whose bubble was shown at some time, and time of typing in which it was shown. */
  draftsShown: number;
  timeShown: number;
  /** From a draft's first key to its bubble, in seconds, where it was shown. */
  onsetMedian: number;
  onsetP95: number;
  /** Drafts whose bubble stayed for longer than it may after they ended, and the longest, in seconds. */
  stuck: number;
  drafts: number;
  longestStuck: number;
  /** The share of time in which the guests type. */
  typing: number;
  /** Error frames to clients, in each minute of a chat. */
  errors: number;
}

/** Five minutes: each minute's requests begin anew. */
export const SHARED_SECONDS = 300;

/** A bubble may stay for the silence, or its own time, and what a lost "off" adds at the usual loss. */
export const STUCK_AFTER_MS = 15_000;

export const SHARED_CHATS = [10, 20, 30, 40, 50, 60, 70, 80, 100, 150, 200, 300, 500] as const;

/** @param chats share one token of `requestsPerMinute` @throws when it was ended */
export async function shareBudget(
  way: Way,
  chats: number,
  options: { seed: number; requestsPerMinute: number; signal?: AbortSignal | undefined },
): Promise<Shared> {
  const run = await runChats({ ...options, way, chats, seconds: SHARED_SECONDS });
  const tally = makeTally();
  for (const history of run.histories) if (history.drafts.length > 0) addTo(tally, history);
  const { missed } = measure(tally);
  const sum = sumOf(run.seconds);
  const onsets = tally.onsets.toSorted((one, other) => one - other);
  const stuck = [...tally.stuck.sent, ...tally.stuck.abandoned];
  const minutes = SHARED_SECONDS / 60;
  return {
    way: way.name,
    chats,
    requests: sum.requests / minutes,
    limited: sum.limited / minutes,
    draftsShown: 1 - missed,
    timeShown: 1 - tally.falseOffMs / tally.typingMs,
    onsetMedian: quantile(onsets, 0.5) / 1_000,
    onsetP95: quantile(onsets, 0.95) / 1_000,
    stuck: stuck.filter((ms) => ms > STUCK_AFTER_MS).length,
    drafts: tally.drafts,
    longestStuck: Math.max(0, ...stuck) / 1_000,
    typing: tally.typingMs / tally.totalMs,
    errors: sum.errors / minutes / chats,
  };
}
