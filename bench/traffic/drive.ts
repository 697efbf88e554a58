import { makeLedger, sumOf } from '../scale/counts.ts';
import { makeFarEnd } from '../scale/far-side.ts';
import { chatName } from '../scale/upstreams.ts';
import { epoch } from '../simulate/aws.ts';
import { type Clock, makeClock } from '../simulate/clock.ts';
import type { Conversation } from '../simulate/guest.ts';
import { type History, makeFarSide } from '../simulate/history.ts';
import { makeWay } from '../simulate/ours.ts';
import { framesOf } from '../simulate/peer.ts';
import { makeRandom } from '../simulate/random.ts';
import { DELAY_MS, type Weather } from '../simulate/weather.ts';
import type { Driven } from './contenders.ts';
import type { OwnTime } from './own-time.ts';
import type { Replay } from './replay.ts';
import { serve, type Served } from './served.ts';

interface DrivenPlace {
  seed: number;
  index: number;
  weather: Weather;
  own: OwnTime;
}

type Frames = History['frames'];

/** Long enough for whatever is on its way when a conversation ends. */
const AFTERWARDS_MS = 15_000;

/** What a client of this policy says; an upstream that expires is told no "off", as our own client has it. */
function saidBy({ policy, way }: Driven, conversation: Conversation): Frames {
  const knowsOff = !Number.isFinite(way.expiryMs);
  return framesOf(policy, conversation).filter(({ at, on }) => at < conversation.end && (on || knowsOff));
}

/** Hands frames over at their times: one after another, so that few things wait in the clock. */
function speak(clock: Clock, frames: Frames, say: (body: string) => void): void {
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

/** Virtual time, the far side of a policy, and what serves its client. */
function makeWorld(contender: Driven, { seed, index, weather, own }: DrivenPlace) {
  const { policy, way } = contender;
  const clock = makeClock();
  const ledger = makeLedger(clock.now);
  const random = makeRandom(seed, index, 3);
  const far = makeFarSide(policy.expiry, !policy.outlivesMessage);
  const seen = { reached: 0, lost: 0, calls: Array<number>() };
  const farEnd = makeFarEnd({
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
  });
  const served = serve(contender, { clock, ledger, farEnd, own, index });
  return { clock, ledger, random, far, seen, served };
}

/** Notes the frames that come to it, by the time at which API Gateway has them. */
function noting({ typing, left }: Served['relay'], received: Frames): Served['relay'] {
  return {
    left,
    typing(event) {
      received.push({ at: event.receivedAt - epoch(0), on: event.body.includes('true') });
      return typing(event);
    },
  };
}

/** Replays what the client of a policy says, over the way and to the upstream that the real relay has here. */
export async function drive(
  contender: Driven,
  conversation: Conversation,
  place: DrivenPlace,
): Promise<Replay> {
  const { drafts, end } = conversation;
  const { seed, weather, index } = place;
  const { clock, ledger, random, far, seen, served } = makeWorld(contender, place);
  const frames: Frames = [];
  const received: Frames = [];
  // A stream of its own: what one serves another way must not change which frames arrive, and when.
  const dice = makeRandom(seed, index, 6);
  const passage = makeWay(
    { clock, weather, random: dice, frames },
    noting(served.relay, received),
    chatName(index),
  );
  speak(clock, saidBy(contender, conversation), (body) => {
    ledger.count('frames');
    passage.frame(body, served.connectionId());
  });
  for (const draft of drafts)
    if (draft.how === 'sent')
      clock.at(draft.end + DELAY_MS + random.exponential(weather.jitterMs), () => {
        far.message(clock.now());
      });
  await clock.runUntil(end);
  passage.left(served.connectionId());
  await clock.runUntil(end + AFTERWARDS_MS);
  const counts = sumOf(ledger.seconds);
  return {
    history: { drafts, end, shown: far.close(end), calls: seen.calls, frames },
    received,
    frames: counts.frames,
    calls: counts.calls,
    checks: counts.requests - counts.calls,
    floods: served.floods(),
    ...served.used(counts),
    farSide: { reached: seen.reached, lost: seen.lost },
  };
}
