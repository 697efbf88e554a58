import { runChats } from '../scale/chats.ts';
import type { Usage } from '../scale/cost.ts';
import { sumOf } from '../scale/counts.ts';
import { generated, makeConversation } from '../simulate/guest.ts';
import type { History } from '../simulate/history.ts';
import type { Weather } from '../simulate/weather.ts';
import type { Contender, Ours } from './contenders.ts';
import { drive } from './drive.ts';
import type { OwnTimes } from './own-time.ts';
import { relayUsage } from './usage.ts';

/** What came of one conversation that one contender typed. */
export interface Replay {
  /** With the times of its frames and of its upstream calls. */
  history: History;
  /** Those of its frames that were not lost, by the time at which API Gateway had them; where a policy drives it. */
  received?: History['frames'];
  frames: number;
  calls: number;
  /** Requests that ask about a session before its first message; not among the calls. */
  checks: number;
  /** Connections that were closed for a flood of frames; where a policy drives the client. */
  floods?: number;
  usage: Usage;
  /** Milliseconds of the usage that are the functions' own time. */
  ownMs: number;
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
  const usage = relayUsage(way, counts, ownTimes.ours);
  return {
    history: { ...history, calls },
    frames: counts.frames,
    calls: counts.calls,
    checks: counts.requests - counts.calls,
    usage,
    ownMs: ownTimes.ours.ms * usage.invocations,
    farSide,
  };
}
