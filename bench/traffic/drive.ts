import { noUsage, type Usage } from '../scale/cost.ts';
import { type Counts, makeLedger, sumOf } from '../scale/counts.ts';
import { makeFarEnd } from '../scale/far-side.ts';
import { chatName, sessionOf } from '../scale/upstreams.ts';
import { ACK_BYTES, POST_BYTES } from '../scale/usage.ts';
import { type Clock, makeClock } from '../simulate/clock.ts';
import type { Conversation } from '../simulate/guest.ts';
import { type History, makeFarSide } from '../simulate/history.ts';
import { makeWay } from '../simulate/ours.ts';
import { framesOf } from '../simulate/peer.ts';
import { makeRandom } from '../simulate/random.ts';
import { DELAY_MS, type Weather } from '../simulate/weather.ts';
import { type Backend, type BackendPorts, cadenceBackend, tutorialBackend } from './backends.ts';
import type { Cadence, Tutorial } from './contenders.ts';
import type { OwnTime } from './own-time.ts';
import type { Replay } from './replay.ts';

interface Driven {
  seed: number;
  index: number;
  weather: Weather;
  own: OwnTime;
}

/** Long enough for whatever is on its way when a conversation ends. */
const AFTERWARDS_MS = 15_000;

/** Hands frames over at their times: one after another, so that few things wait in the clock. */
function speak(
  clock: Clock,
  frames: readonly History['frames'][number][],
  say: (body: string) => void,
): void {
  function next(index: number): void {
    const frame = frames[index];
    if (!frame) return;
    clock.at(frame.at, () => {
      say(JSON.stringify({ type: 'typing', data: { isTyping: frame.on } }));
      next(index + 1);
    });
  }
  next(0);
}

/** What a backend was seen to do beside what the ledger has. */
const makeSeen = () => ({ posts: 0, logBytes: 0, reached: 0, lost: 0, calls: Array<number>() });

/** Virtual time, the far side of a policy, and the backend before it. */
function makeWorld({ kind, way, policy }: Tutorial | Cadence, { seed, index, weather, own }: Driven) {
  const clock = makeClock();
  const ledger = makeLedger(clock.now);
  const random = makeRandom(seed, index, 3);
  const far = makeFarSide(policy.expiry, !policy.outlivesMessage);
  const seen = makeSeen();
  const { upstream } = makeFarEnd({
    clock,
    random,
    weather,
    way,
    ledger,
    requestsPerMinute: Infinity,
    takesEffect(_, isTyping) {
      seen.reached++;
      far[isTyping ? 'on' : 'off'](clock.now());
    },
    called(at, isLost) {
      seen.calls.push(at);
      if (isLost) seen.lost++;
    },
  }).connect();
  const handle = backendOf(kind, {
    clock,
    ledger,
    own,
    session: sessionOf(way, chatName(index)),
    upstream,
    posted: () => seen.posts++,
    logged: (bytes) => (seen.logBytes += bytes),
  });
  return { clock, ledger, random, far, seen, handle };
}

const backendOf = (kind: 'tutorial' | 'cadence', ports: BackendPorts): Backend =>
  kind === 'tutorial' ? tutorialBackend(ports) : cadenceBackend(ports);

/** Replays what the client of a policy says, over the way and to the upstream that the real relay has here. */
export async function drive(
  contender: Tutorial | Cadence,
  conversation: Conversation,
  place: Driven,
): Promise<Replay> {
  const { drafts, end } = conversation;
  const { weather, own, index } = place;
  const { clock, ledger, random, far, seen, handle } = makeWorld(contender, place);
  const frames: History['frames'] = [];
  const relay = {
    typing: (event: Parameters<Backend>[0]) => handle(event).then(() => undefined),
    left: () => Promise.resolve(),
  };
  const passage = makeWay({ clock, weather, random, frames }, relay);
  const said = framesOf(contender.policy, conversation).filter(({ at }) => at < end);
  speak(clock, said, (body) => {
    passage.frame(body, chatName(index));
  });
  for (const draft of drafts)
    if (draft.how === 'sent')
      clock.at(draft.end + DELAY_MS + random.exponential(weather.jitterMs), () => {
        far.message(clock.now());
      });
  await clock.runUntil(end + AFTERWARDS_MS);
  const counts = sumOf(ledger.seconds);
  return {
    history: { drafts, end, shown: far.close(end), calls: seen.calls, frames },
    frames: said.length,
    calls: counts.calls,
    checks: 0,
    usage: usedBy(said.length, counts, seen, own),
    farSide: { reached: seen.reached, lost: seen.lost },
  };
}

const usedBy = (
  frames: number,
  counts: Counts,
  { posts, logBytes }: ReturnType<typeof makeSeen>,
  { memoryMb }: OwnTime,
): Usage => ({
  ...noUsage,
  messages: frames + posts,
  // As for ours, what is lost on its way is counted as if it had come.
  invocations: frames,
  lambdaMs: counts.typingMs,
  memoryMb,
  writes: counts.writes,
  // The SDK's default.
  eventualReads: counts.reads,
  logBytes,
  egressBytes: POST_BYTES * counts.calls + ACK_BYTES * posts,
});
