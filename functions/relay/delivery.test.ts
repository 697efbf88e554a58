import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { SILENCE_MS } from './constants.ts';
import { makeDelivery, type Watch } from './delivery.ts';
import { RelayError, unavailable } from './errors.ts';
import type { Session, Timing, UpstreamMessage } from './upstream.ts';

const T = 1_000_000;
const DEADLINE = T + 3_000;

/** A session upstream, what it was told, and what it makes of the next message. */
function setUp(timing: Timing = 'held') {
  const told: string[] = [];
  const watches: { watch: Watch; delayMs: number }[] = [];
  const warnings: string[] = [];
  const clock = { now: T };
  const store = makeMemoryStore();
  const answer: { next: () => Promise<unknown> } = { next: () => Promise.resolve() };
  const delivery = makeDelivery({
    store,
    upstream: {
      send: (message: UpstreamMessage) => {
        told.push(String(message.via === 'socket' && message.frame));
        return answer.next();
      },
      release: () => undefined,
    },
    watchLater: (watch, delayMs) => Promise.resolve().then(() => void watches.push({ watch, delayMs })),
    now: () => clock.now,
    wait: (ms) => {
      clock.now += ms;
      return Promise.resolve();
    },
    warn: (code) => warnings.push(code),
  });
  const session: Session = {
    kind: 'fake',
    key: 'session-1',
    timing,
    message: (isTyping) => ({ via: 'socket', url: 'wss://x', frame: isTyping ? 'on' : 'off' }),
    check: undefined,
  };
  const decide = (isTyping: boolean, at = clock.now) =>
    store.decide(session.key, { isTyping, connectionId: 'tab-1', at }, timing);
  /** An event as the relay handles it: decided, then delivered. */
  const event = async (isTyping: boolean, at = clock.now) => {
    const { send, owes = false } = await decide(isTyping, at);
    if (send === 'on') await delivery.on(session, { sealedSession: 's', shownAt: at }, owes, DEADLINE);
    if (send === 'off') await delivery.off(session, 's', DEADLINE);
  };
  const fail = (error: Error) => {
    answer.next = () => Promise.reject(error);
  };
  const recover = () => {
    answer.next = () => Promise.resolve();
  };
  const expire = (watch: Watch) => delivery.expire(session, watch);
  return {
    told,
    watches,
    warnings,
    clock,
    store,
    answer,
    delivery,
    session,
    decide,
    event,
    fail,
    recover,
    expire,
  };
}

const limited = new RelayError('upstream_rate_limited', 'slow down', { retryAfterMs: 7_000 });
const rejected = new RelayError('upstream_rejected', 'no', { reason: 'missing_permission' });
const over = new RelayError('session_ended', 'over');
const lost = unavailable(new Error('no answer'));

describe('an on', () => {
  it('to a held upstream is watched from the moment it is sent', async () => {
    const { event, watches } = setUp();
    await event(true);
    expect(watches).toEqual([{ watch: { sealedSession: 's', shownAt: T }, delayMs: SILENCE_MS }]);
  });

  it('to an expiring upstream needs no watch', async () => {
    const { event, watches, told } = setUp('expiring');
    await event(true);
    expect({ watches, told }).toEqual({ watches: [], told: ['on'] });
  });

  it('that an off has overtaken is followed by the off once more', async () => {
    const { event, decide, told, answer } = setUp();
    answer.next = async () => {
      answer.next = () => Promise.resolve();
      await decide(false, T + 1);
    };
    await event(true);
    expect(told).toEqual(['on', 'off']);
  });

  it('goes out also when the queue is down, which is told to the log', async () => {
    const { delivery, session, decide, told, warnings, watches } = setUp();
    vi.spyOn(watches, 'push').mockImplementation(() => {
      throw new Error('queue down');
    });
    await decide(true);
    await delivery.on(session, { sealedSession: 's', shownAt: T }, false, DEADLINE);
    expect(told).toEqual(['on']);
    expect(warnings).toEqual(['clean_up_failed']);
  });

  it('that was refused does not count as shown: nothing is owed, and the next one tries again', async () => {
    const { event, fail, recover, told, store } = setUp();
    fail(rejected);
    await expect(event(true)).rejects.toBe(rejected);
    expect(store.states.get('session-1')).toEqual({ at: T, by: 'tab-1', lastOnAt: T });
    recover();
    await event(true, T + 5_000);
    expect(told).toEqual(['on', 'on']);
  });

  it('that may have got through is tried again, and ended if the guest stops', async () => {
    const { event, fail, recover, told } = setUp();
    fail(lost);
    await expect(event(true)).rejects.toBe(lost);
    recover();
    await event(false, T + 500);
    expect(told).toEqual(['on', 'off']);
  });

  it('that takes effect after all, even after the off, is ended once its time is over', async () => {
    const { event, fail, recover, told, watches, expire, clock } = setUp();
    fail(lost);
    await expect(event(true)).rejects.toBe(lost);
    recover();
    await event(false, T + 500);
    expect(watches.at(-1)).toEqual({
      watch: { sealedSession: 's', shownAt: T, unclear: true },
      delayMs: SILENCE_MS,
    });
    clock.now = T + SILENCE_MS;
    await expire({ sealedSession: 's', shownAt: T, unclear: true });
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('that was rate limited silences its session until the time is over', async () => {
    const { event, fail, recover, told } = setUp();
    fail(limited);
    await expect(event(true)).rejects.toBe(limited);
    recover();
    await event(true, T + 6_999);
    await event(true, T + 7_000);
    expect(told).toEqual(['on', 'on']);
  });

  it('that was refused while an off was owed leaves it owed', async () => {
    const { event, fail, store } = setUp();
    fail(lost);
    await expect(event(true)).rejects.toBe(lost);
    fail(rejected);
    await expect(event(true, T + 5_000)).rejects.toBe(rejected);
    expect(store.states.get('session-1')?.owed).toBe(true);
  });

  it('to a session that is over is the last thing that is sent for it', async () => {
    const { event, fail, decide } = setUp();
    fail(over);
    await expect(event(true)).rejects.toBe(over);
    expect(await decide(true, T + 5_000)).toMatchObject({ outcome: 'ended' });
  });
});

describe('an off', () => {
  it('that was not taken is owed again, and tried again soon', async () => {
    const { event, fail, recover, told, watches, expire } = setUp();
    await event(true);
    fail(lost);
    await expect(event(false, T + 2_000)).rejects.toBe(lost);
    expect(watches.at(-1)).toEqual({ watch: { sealedSession: 's' }, delayMs: 1_000 });
    recover();
    await expire({ sealedSession: 's' });
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('that was rate limited is tried again when its time is over', async () => {
    const { event, fail, watches } = setUp();
    await event(true);
    fail(limited);
    await expect(event(false, T + 2_000)).rejects.toBe(limited);
    expect(watches.at(-1)?.delayMs).toBe(7_000);
  });

  it('that was refused for good is not tried again', async () => {
    const { event, fail, watches, store } = setUp();
    await event(true);
    fail(rejected);
    await expect(event(false, T + 2_000)).rejects.toBe(rejected);
    expect(watches).toHaveLength(1);
    expect(store.states.get('session-1')?.owed).toBeUndefined();
  });
});

describe('a watch that comes back', () => {
  const watch = { sealedSession: 's', shownAt: T };

  it('ends what a silent guest left, ten seconds after the last sign of life', async () => {
    const { event, expire, clock, told } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    await expire(watch);
    expect(told).toEqual(['on', 'off']);
  });

  it('waits for the rest of the time after a sign of life', async () => {
    const { event, expire, clock, told, watches } = setUp();
    await event(true);
    await event(true, T + 6_500);
    clock.now = T + SILENCE_MS;
    await expire(watch);
    expect(watches.at(-1)).toEqual({ watch, delayMs: 6_500 });
    expect(told).toEqual(['on']);
  });

  it('waits out less than a second by itself, since the queue counts in seconds', async () => {
    const { event, expire, clock, told } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS - 400;
    await expire(watch);
    expect(clock.now).toBe(T + SILENCE_MS);
    expect(told).toEqual(['on', 'off']);
  });

  it.each([
    ['after the off', async ({ event }: ReturnType<typeof setUp>) => event(false, T + 1)],
    [
      'for an on that another has followed',
      async ({ event }: ReturnType<typeof setUp>) => {
        await event(false, T + 1);
        await event(true, T + 2_000);
      },
    ],
  ])('does nothing %s', async (_, happen) => {
    const world = setUp();
    await world.event(true);
    await happen(world);
    const before = [...world.told];
    world.clock.now = T + 60_000;
    await world.expire(watch);
    expect(world.told).toEqual(before);
  });

  it('twice ends it once', async () => {
    const { event, expire, clock, told } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    await expire(watch);
    await expire(watch);
    expect(told).toEqual(['on', 'off']);
  });

  it('that the upstream did not take comes back a second later', async () => {
    const { event, expire, clock, fail, recover, told, watches } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(lost);
    await expire(watch);
    expect(watches.at(-1)).toEqual({ watch: { ...watch, failures: 1 }, delayMs: 1_000 });
    recover();
    await expire({ ...watch, failures: 1 });
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('that was rate limited comes back when its time is over', async () => {
    const { event, expire, clock, fail, watches } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(limited);
    await expire(watch);
    expect(watches.at(-1)).toEqual({ watch: { ...watch, failures: 1 }, delayMs: 7_000 });
  });

  it('fails after three times, so that the queue brings it more slowly', async () => {
    const { event, expire, clock, fail, recover, told } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(lost);
    const last = { ...watch, failures: 3 };
    await expect(expire(last)).rejects.toBe(lost);
    recover();
    await expire(last);
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('to a session that is over sends nothing', async () => {
    const { event, expire, clock, store, told } = setUp();
    await event(true);
    await store.end('session-1');
    clock.now = T + SILENCE_MS;
    await expire(watch);
    expect(told).toEqual(['on']);
  });
});
