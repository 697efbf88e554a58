import { type RelayPorts, makeRelay, type Relay } from '../../functions/relay/relay.ts';
import { WATCH_AGAIN_S, WATCH_TRIES } from '../../functions/relay/constants.ts';
import { RelayError, unavailable } from '../../functions/relay/errors.ts';
import { makeFloodGuard } from '../../functions/relay/flood.ts';
import type { Watch, WatchLater } from '../../functions/relay/delivery.ts';
import type { TypingStore } from '../../functions/relay/typing.ts';
import type { Timing, UpstreamMessage } from '../../functions/relay/upstream.ts';
import { openMessaging } from '../../functions/upstreams/open-messaging.ts';
import { typingFrame } from '../../functions/upstreams/typing-frame.ts';
import { makeMemoryFrames, makeMemoryStore } from '../../test/memory-store.ts';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import { DELAY_MS, type Weather } from './weather.ts';

/**
 * Everything around the relay: table, queue, upstream and the way to it. The end-to-end delay of the weather is split
 * over the hops: the fixed part as below, and the exponential one as gamma parts whose shapes sum to 1, so that their
 * sum is that exponential again.
 */
export const HOPS = {
  gateway: { fixedMs: 40, shape: 0.5 },
  handler: { fixedMs: 10, shape: 0.25 },
  table: { fixedMs: 4, shape: 0 },
  upstream: { fixedMs: DELAY_MS - 54, shape: 0.25 },
} as const;

/** The share of the weather's loss that each hop has; of the upstream's failures half took effect. */
export const LOSS = { gateway: 0.5, upstream: 1 } as const;

/** SendMessage, and the poller that hands a due message to the function. */
export const QUEUE_MS = 10;
export const POLL_MS = 30;

/** API Gateway's clock, in epoch milliseconds, when a conversation begins. */
const EPOCH_MS = 1_750_000_000_000;

export const epoch = (time: number): number => EPOCH_MS + Math.floor(time);

export interface Surroundings {
  clock: Clock;
  weather: Weather;
  random: Random;
  timing: Timing;
  /** An upstream message went out. */
  called: (at: number) => void;
  /** It takes effect at the far side. */
  takesEffect: (isTyping: boolean) => void;
  /** An "off" went out that has no effect. */
  lostOff: (at: number) => void;
  /** For how long the upstream refuses from now on; 0 while it does not. */
  refuses: (at: number) => number;
}

const MESSAGE_URL = 'wss://webmessaging.mypurecloud.com/v1';
const held = typingFrame.open({ kind: 'typing-frame', socketUrl: MESSAGE_URL }, () => true);

const expiring = openMessaging.open({ kind: 'open-messaging', integrationId: 'i', userId: 'u' }, () => true);

/** An expiring upstream is told "on" only. */
const isOn = (message: UpstreamMessage): boolean =>
  message.via !== 'socket' || JSON.stringify(message.frame).includes('true');

/** Resolves that many virtual milliseconds later. */
export const after = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.at(clock.now() + ms, resolve, true);
  });

/** Each operation of the table takes its time, and happens at the end of it. */
export function slowed(clock: Clock, store: TypingStore = makeMemoryStore()): TypingStore {
  const turn = (): Promise<void> => after(clock, HOPS.table.fixedMs);
  return {
    decide: (...args) => turn().then(() => store.decide(...args)),
    read: (...args) => turn().then(() => store.read(...args)),
    onFailed: (...args) => turn().then(() => store.onFailed(...args)),
    quiet: (...args) => turn().then(() => store.quiet(...args)),
    end: (...args) => turn().then(() => store.end(...args)),
    settle: (...args) => turn().then(() => store.settle(...args)),
    restate: (...args) => turn().then(() => store.restate(...args)),
    expire: (...args) => turn().then(() => store.expire(...args)),
  };
}

/** `Retry-After` counts in seconds. */
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1_000) * 1_000;

function makeUpstream(surroundings: Surroundings): RelayPorts['upstream'] {
  const { clock, weather, random, called, takesEffect, lostOff, refuses } = surroundings;
  const { fixedMs, shape } = HOPS.upstream;

  async function send(message: UpstreamMessage, deadline: number): Promise<undefined> {
    const start = clock.now();
    called(start);
    const way = fixedMs + random.gamma(shape, weather.jitterMs);
    const refusedMs = refuses(start);
    const isTyping = isOn(message);
    if (refusedMs > 0) {
      if (!isTyping) lostOff(start);
      await after(clock, way + fixedMs);
      throw new RelayError('upstream_rate_limited', 'slow down', { retryAfterMs: wholeSeconds(refusedMs) });
    }
    const fails = random.next() < weather.loss * LOSS.upstream;
    if (!fails || random.next() < 0.5)
      clock.at(start + way, () => {
        takesEffect(isTyping);
      });
    else if (!isTyping) lostOff(start);
    // No answer: the relay waits for as long as it may.
    await after(clock, fails ? Math.max(0, deadline - epoch(start)) : way + fixedMs);
    if (fails) throw unavailable(new Error('lost'));
    return undefined;
  }
  return { send, budget: () => ({ level: 'plenty', resetsInMs: 0 }), release: () => undefined };
}

/** The delay queue: brings each watch to `expire` when its time is over, and again while that is refused. */
export function makeWatchQueue(
  clock: Clock,
  expire: (watch: Watch) => ReturnType<Relay['expire']>,
): WatchLater {
  async function deliver(watch: Watch, receipts: number): Promise<void> {
    const { outcome } = await expire(watch);
    if (outcome === 'refused' && receipts < WATCH_TRIES) later(watch, WATCH_AGAIN_S * 1_000, receipts + 1);
  }
  function later(watch: Watch, ms: number, receipts: number): void {
    clock.at(clock.now() + ms + POLL_MS, () => void deliver(watch, receipts), true);
  }
  return async (watch, delayMs) => {
    await after(clock, QUEUE_MS);
    // The queue counts in whole seconds (functions/ports/queue.ts).
    later(watch, Math.floor(delayMs / 1_000) * 1_000, 1);
  };
}

/** The real relay, in this conversation's surroundings. */
export function makeSurroundedRelay(surroundings: Surroundings): Relay {
  const { clock, timing } = surroundings;
  const session = timing === 'held' ? held : expiring;
  const warn = (): void => undefined;

  const relay = makeRelay({
    store: slowed(clock),
    upstream: makeUpstream(surroundings),
    openSession: () => Promise.resolve(session),
    tell: () => undefined,
    countFrame: makeFloodGuard({ frames: makeMemoryFrames(), warn }),
    watchLater: makeWatchQueue(clock, (watch) => relay.expire('', watch)),
    now: () => epoch(clock.now()),
    wait: (ms) => after(clock, ms),
    warn,
  });
  return relay;
}
