import { runChats } from '../scale/chats.ts';
import type { Usage } from '../scale/cost.ts';
import { type Counts, sumOf } from '../scale/counts.ts';
import { HANDLER_MS } from '../scale/fleet.ts';
import { usageOf } from '../scale/usage.ts';
import { generated, makeConversation } from '../simulate/guest.ts';
import type { History } from '../simulate/history.ts';
import type { Weather } from '../simulate/weather.ts';
import type { Contender, Ours } from './contenders.ts';
import { drive } from './drive.ts';
import type { OwnTime, OwnTimes } from './own-time.ts';

/** What came of one conversation that one contender typed. */
export interface Replay {
  /** With the times of its frames and of its upstream calls. */
  history: History;
  frames: number;
  calls: number;
  /** Requests that ask about a session before its first message; not among the calls. */
  checks: number;
  usage: Usage;
  /** The far side's own ledger: messages that took effect there, and those that never will. */
  farSide: { reached: number; lost: number };
}

export interface Place {
  seed: number;
  index: number;
  weather: Weather;
  ownTimes: OwnTimes;
}

/** Replays a conversation: the same keys for the same seed and number, whoever the contender is. */
export function replay(contender: Contender, place: Place): Promise<Replay> {
  if (contender.kind === 'ours') return replayOurs(contender, place);
  const { seed, index, weather } = place;
  const own = contender.kind === 'tutorial' ? place.ownTimes.tutorial : place.ownTimes.ours;
  const conversation = makeConversation(generated, index, seed, weather);
  return drive(contender, conversation, { seed, index, weather, own });
}

/** The real client and the real relay, as bench/scale counts them. */
async function replayOurs({ way }: Ours, { seed, index, weather, ownTimes }: Place): Promise<Replay> {
  const calls: number[] = [];
  const farSide = { reached: 0, lost: 0 };
  const run = await runChats({
    way,
    chats: 1,
    first: index,
    seed,
    requestsPerMinute: Infinity,
    weather,
    called(at, isLost) {
      calls.push(at);
      if (isLost) farSide.lost++;
    },
    reached() {
      farSide.reached++;
    },
  });
  const [history] = run.histories;
  if (!history) throw new Error('a conversation without a history');
  const counts = sumOf(run.seconds);
  return {
    history: { ...history, calls },
    frames: counts.frames,
    calls: counts.calls,
    checks: counts.requests - counts.calls,
    usage: usedBy(way, counts, ownTimes.ours),
    farSide,
  };
}

/** In the busiest second of a thousand chats up to half more environments are busy than on average (docs/scale.md). */
const BUSIEST = 1.5;

/** What typing uses: neither what opens, keeps and ends connections, nor an agent's typing. */
function usedBy(way: Ours['way'], counts: Counts, own: OwnTime): Usage {
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
