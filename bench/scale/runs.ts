import { HOPS } from '../simulate/aws.ts';
import type { Counts } from './counts.ts';
import { HANDLER_MS } from './fleet.ts';
import { OPEN_MESSAGING, type Way } from './upstreams.ts';

/** What the functions do: how often they run, for how many milliseconds together, and what they write to the table. */
export interface Runs {
  runs: number;
  ms: number;
  writes: number;
}

/** PostToConnection, within the region. */
export const PUSH_MS = 10;

const TABLE_MS = HOPS.table.fixedMs;

/** `$default` counts it, so that a flood of them ends, and answers by its route response. */
export const PING: Runs = { runs: 1, ms: HANDLER_MS + TABLE_MS, writes: 1 };

/** The authorizer, which spends the ticket; `$connect`; and `$disconnect`, which the fleet runs, counting all but the run. */
export const CONNECTION: Runs = { runs: 3, ms: 2 * HANDLER_MS + TABLE_MS, writes: 1 };

/** For a webhook's typing: the connection's entry in the index, and its removal, by the runs of the connection. */
export const INDEXED: Runs = { runs: 0, ms: 2 * TABLE_MS, writes: 2 };

/** A webhook's typing: the guest's connections are looked up, and one of them gets a frame. */
export const AGENT_EVENT: Runs = { runs: 1, ms: HANDLER_MS + TABLE_MS + PUSH_MS, writes: 0 };

/** An error frame is pushed by the run of the frame that failed. */
const ERROR: Runs = { runs: 0, ms: PUSH_MS, writes: 0 };

export const hasWebhook = (way: Way): boolean => way === OPEN_MESSAGING;

/** The agent is taken to type as much as the guest; only open messaging has a webhook for it. */
export const agentEvents = (way: Way, { calls }: Pick<Counts, 'calls'>): number =>
  hasWebhook(way) ? calls : 0;

/** All runs that these counts come to, those that are not simulated at their times above. */
export function runsOf(way: Way, counts: Counts): Runs {
  const { frames, watches, typingMs, watchMs, writes, errors, pings, connections } = counts;
  const parts: readonly (readonly [number, Runs])[] = [
    [1, { runs: frames + watches, ms: typingMs + watchMs, writes }],
    [errors, ERROR],
    [pings, PING],
    [connections, CONNECTION],
    [hasWebhook(way) ? connections : 0, INDEXED],
    [agentEvents(way, counts), AGENT_EVENT],
  ];
  return parts.reduce<Runs>(
    (sum, [times, each]) => ({
      runs: sum.runs + times * each.runs,
      ms: sum.ms + times * each.ms,
      writes: sum.writes + times * each.writes,
    }),
    { runs: 0, ms: 0, writes: 0 },
  );
}
