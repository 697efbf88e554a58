import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
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
  const took: number[] = [];
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
      budget: plenty,
      release: () => undefined,
    },
    watchLater: (watch, delayMs) => Promise.resolve().then(() => void watches.push({ watch, delayMs })),
    now: () => clock.now,
    wait: (ms) => {
      clock.now += ms;
      return Promise.resolve();
    },
    warn: (code) => warnings.push(code),
    took: (_, ms) => took.push(ms),
  });
  const session: Session = {
    kind: 'fake',
    key: 'session-1',
    timing,
    message: (isTyping) => ({ via: 'socket', url: 'wss://x', frame: isTyping ? 'on' : 'off' }),
    check: undefined,
    inbox: undefined,
  };
  const decide = (isTyping: boolean, at = clock.now) =>
    store.decide(session.key, { isTyping, connectedAt: 0, connectionId: 'tab-1', at }, timing);
  /** An event as the relay handles it: decided, then delivered. */
  const event = async (isTyping: boolean, at = clock.now) => {
    const { send, owes = false, ends = 0 } = await decide(isTyping, at);
    if (send === 'on') await delivery.on(session, { sealedSession: 's', shownAt: at }, owes, DEADLINE);
    if (send === 'off') await delivery.off(session, { sealedSession: 's' }, ends, DEADLINE);
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

  it('goes out also when the queue is down; it does not count as shown, so that the next one is watched', async () => {
    const { delivery, session, decide, told, warnings, watches, store } = setUp();
    vi.spyOn(watches, 'push').mockImplementation(() => {
      throw new Error('queue down');
    });
    await decide(true);
    await delivery.on(session, { sealedSession: 's', shownAt: T }, false, DEADLINE);
    expect(told).toEqual(['on']);
    expect(warnings).toEqual(['clean_up_failed']);
    expect(store.states.get('session-1')).toEqual({ at: T, by: 'tab-1', lastOnAt: T, owed: true });
    expect(await decide(true, T + 5_000)).toMatchObject({ send: 'on' });
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
  it('that a newer on has overtaken is followed by that on once more, a second after it', async () => {
    const { event, decide, told, clock, answer } = setUp();
    await event(true);
    answer.next = async () => {
      answer.next = () => Promise.resolve();
      // While the off is on its way, the guest types on.
      await decide(true, T + 3_300).then(() => told.push('on, by another environment'));
    };
    clock.now = T + 3_400;
    await event(false, T + 3_000);
    expect(told).toEqual(['on', 'off', 'on, by another environment', 'on']);
    expect(clock.now).toBe(T + 4_300);
    expect(await decide(false, T + 4_400)).toMatchObject({ send: 'off', ends: T + 4_300 });
  });

  it('stays owed until it was taken, so that the watch of its on ends what a function that died left', async () => {
    const { event, decide, expire, clock, told } = setUp();
    await event(true);
    await decide(false, T + 2_000);
    clock.now = T + SILENCE_MS;
    await expire({ sealedSession: 's', shownAt: T });
    expect(told).toEqual(['on', 'off']);
  });

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
    // The watch of its "on" meets it once more, and ends among the dead letters.
    expect(store.states.get('session-1')?.owed).toBe(true);
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

  it('that was rate limited comes back when its time is over, and counts no failure', async () => {
    const { event, expire, clock, fail, watches } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(limited);
    await expire(watch);
    expect(watches.at(-1)).toEqual({ watch: { ...watch, failures: 0 }, delayMs: 7_000 });
  });

  it('fails after ten times, so that it ends among the dead letters', async () => {
    const { event, expire, clock, fail, recover, told } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(lost);
    const last = { ...watch, failures: 10 };
    await expect(expire(last)).rejects.toBe(lost);
    recover();
    await expire(last);
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('that the upstream does not take for long comes back ever more slowly', async () => {
    const { event, expire, clock, fail, watches } = setUp();
    await event(true);
    clock.now = T + SILENCE_MS;
    fail(lost);
    let next: Watch = watch;
    for (let failures = 1; failures <= 5; failures++) {
      await expire(next);
      next = watches.at(-1)?.watch ?? next;
    }
    expect(watches.slice(-5).map(({ delayMs }) => delayMs)).toEqual([1_000, 4_000, 16_000, 60_000, 60_000]);
  });

  it('during a silence that the upstream asked for waits for its end, and counts no failure', async () => {
    const { event, expire, clock, store, told, watches } = setUp();
    await event(true);
    await store.quiet('session-1', T + 30_000);
    clock.now = T + SILENCE_MS;
    await expire(watch);
    expect(watches.at(-1)).toEqual({ watch, delayMs: 20_000 });
    clock.now = T + 29_500;
    await expire(watch);
    expect(clock.now).toBe(T + 30_000);
    expect(told).toEqual(['on', 'off']);
  });

  it('of an on that nobody knows of waits until what shows now is over', async () => {
    const { event, expire, clock, told, watches } = setUp();
    await event(true, T + 5_000);
    clock.now = T + 11_000;
    const unclear = { sealedSession: 's', shownAt: T, unclear: true };
    await expire(unclear);
    expect(watches.at(-1)).toEqual({ watch: unclear, delayMs: SILENCE_MS });
    await event(false, T + 12_000);
    await expire(unclear);
    expect(told).toEqual(['on', 'off', 'off']);
  });

  it('is not put off by a clock that was set back', async () => {
    const { event, expire, clock, watches } = setUp();
    await event(true, T + 3_600_000);
    clock.now = T + SILENCE_MS;
    await expire({ ...watch, shownAt: T + 3_600_000 });
    expect(watches.at(-1)?.delayMs).toBe(SILENCE_MS);
  });

  it('to a session that is over sends nothing', async () => {
    const { event, expire, clock, store, told } = setUp();
    await event(true);
    await store.end('session-1', T);
    clock.now = T + SILENCE_MS;
    await expire(watch);
    expect(told).toEqual(['on']);
  });
});
