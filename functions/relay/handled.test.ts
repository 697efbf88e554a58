import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { SILENCE_MS } from './constants.ts';
import { RelayError, unavailable } from './errors.ts';
import { makeRelay, type RelayPorts } from './relay.ts';
import { TicketError } from './ticket-error.ts';
import type { Session } from './upstream.ts';

const NOW = 1_000_000;
const secret = 'wss://guest.example?token=secret';
const session: Session = {
  kind: 'typing-frame',
  key: 'guest-1',
  timing: 'held',
  message: (isTyping) => ({ via: 'socket', url: secret, frame: isTyping }),
  check: undefined,
  inbox: undefined,
};

/** A relay whose upstream takes 12 ms for a message, then fails with `failure`, if there is one. */
function setUp() {
  const clock = { now: NOW };
  const upstream: { failure?: Error } = {};
  const budget = vi.fn<RelayPorts['upstream']['budget']>(plenty);
  const watchLater = vi.fn<RelayPorts['watchLater']>(() => Promise.resolve());
  const tell = vi.fn<RelayPorts['tell']>();
  const countFrame = vi.fn<RelayPorts['countFrame']>(() => Promise.resolve({ flood: false }));
  const openSession = vi.fn<RelayPorts['openSession']>(() => Promise.resolve({ ...session }));
  const store = makeMemoryStore();
  const relay = makeRelay({
    upstream: {
      send: () => {
        clock.now += 12;
        return upstream.failure ? Promise.reject(upstream.failure) : Promise.resolve();
      },
      budget,
      release: () => undefined,
    },
    openSession,
    store,
    tell,
    countFrame,
    watchLater,
    now: () => clock.now,
    wait: () => Promise.resolve(),
    warn: () => undefined,
  });
  const event = { connectionId: 'tab-1', connectedAt: 0, sealedSession: 'sealed', requestId: 'request-1' };
  const typing = (isTyping: unknown, receivedAt = clock.now) =>
    relay.typing({ ...event, receivedAt, body: JSON.stringify({ type: 'typing', data: { isTyping } }) });
  const left = () => relay.left({ ...event, receivedAt: clock.now });
  return { relay, clock, upstream, budget, watchLater, tell, countFrame, openSession, store, typing, left };
}

const ids = { requestId: 'request-1', connectionId: 'tab-1' };
const told = { ...ids, kind: 'typing-frame' };

describe('what is told of a typing frame', () => {
  it('is its outcome, and what the upstream took where it was asked', async () => {
    const { typing, tell, clock } = setUp();
    await typing(true);
    await typing(true);
    await typing(false, NOW - 1);
    await typing(true, clock.now - 5_000);
    expect(tell.mock.calls.flat(2)).toEqual([
      { event: 'typing-on', outcome: 'forwarded', ...told, upstreamMs: 12 },
      { event: 'typing-on', outcome: 'coalesced', ...told },
      { event: 'typing-off', outcome: 'stale', ...told },
      { event: 'typing-on', outcome: 'stale', ...told },
    ]);
  });

  it('is why it was refused, also where the upstream took its time for that', async () => {
    const { typing, tell, clock, upstream, openSession, store } = setUp();
    upstream.failure = new RelayError('upstream_rejected', 'no', { reason: 'conversation_not_found' });
    await typing(true);
    upstream.failure = unavailable(new Error(secret));
    clock.now += 5_000;
    await typing(true);
    await typing('yes');
    openSession.mockRejectedValueOnce(new TicketError('unknown_key', 'rotated twice'));
    await typing(true);
    vi.spyOn(store, 'decide').mockRejectedValue(new Error('throttled'));
    await typing(false);
    const refused = { event: 'typing-on', outcome: 'refused', ...ids };
    expect(tell.mock.calls.flat(2)).toEqual([
      { ...refused, ...told, upstreamMs: 12, error: 'upstream_rejected', reason: 'conversation_not_found' },
      { ...refused, ...told, upstreamMs: 12, error: 'upstream_unavailable' },
      { ...refused, event: 'typing', error: 'bad_frame' },
      { ...refused, error: 'session_ended' },
      { ...refused, ...told, event: 'typing-off', error: 'state_unavailable' },
    ]);
    expect(JSON.stringify(tell.mock.calls)).not.toContain('secret');
  });

  it('has the time of the check before the first message in it', async () => {
    const { typing, tell, openSession } = setUp();
    const question = { via: 'rest', method: 'GET', path: '/api/v2/x', permission: 'p' } as const;
    const check = { key: 'k', question, judge: () => undefined };
    openSession.mockImplementation(() => Promise.resolve({ ...session, check }));
    await typing(true);
    expect(tell.mock.lastCall).toMatchObject([[{ outcome: 'forwarded', upstreamMs: 24 }]]);
  });

  it('is that its refresh was spared, where the requests run out', async () => {
    const { typing, tell, clock, budget, openSession } = setUp();
    openSession.mockImplementation(() => Promise.resolve({ ...session, timing: 'expiring' }));
    await typing(true);
    budget.mockReturnValue({ level: 'short', resetsInMs: 30_000 });
    clock.now += 5_000;
    await typing(true);
    expect(tell.mock.lastCall).toMatchObject([[{ outcome: 'coalesced', error: 'upstream_rate_limited' }]]);
  });

  it('is that it was one too many', async () => {
    const { typing, tell, countFrame } = setUp();
    countFrame.mockResolvedValue({ flood: true });
    await typing(true, NOW - 5_000);
    expect(tell.mock.lastCall).toEqual([
      [{ event: 'typing-on', outcome: 'refused', ...told, error: 'too_many_frames' }],
    ]);
  });

  it('is that alone, where it was refused for another reason as well', async () => {
    const { typing, tell, upstream, countFrame } = setUp();
    upstream.failure = new RelayError('upstream_rejected', 'no', { reason: 'conversation_not_found' });
    countFrame.mockResolvedValue({ flood: true });
    await typing(true);
    expect(tell.mock.lastCall).toEqual([
      [{ event: 'typing-on', outcome: 'refused', ...told, upstreamMs: 12, error: 'too_many_frames' }],
    ]);
  });
});

describe('what is told of a guest who left', () => {
  it('is whether an off went upstream', async () => {
    const { typing, left, tell, clock } = setUp();
    await left();
    clock.now += 5_000;
    await typing(true);
    await left();
    expect(tell.mock.calls.flat(2)).toMatchObject([
      { event: 'left', outcome: 'ignored', ...told },
      { event: 'typing-on' },
      { event: 'left', outcome: 'forwarded', ...told, upstreamMs: 12 },
    ]);
  });

  it('is what failed', async () => {
    const { typing, left, tell, upstream } = setUp();
    await typing(true);
    upstream.failure = unavailable(new Error('down'));
    await left();
    expect(tell.mock.lastCall).toMatchObject([
      [{ event: 'left', outcome: 'refused', error: 'upstream_unavailable', upstreamMs: 12 }],
    ]);
  });
});

describe('what comes of a watch', () => {
  const watch = { sealedSession: 'sealed', shownAt: NOW };

  it('is an off that was owed, nothing where the guest has ended it, or another watch', async () => {
    const { relay, typing, clock } = setUp();
    await typing(true);
    expect(await relay.expire('m1', watch)).toMatchObject({ outcome: 'later' });
    clock.now += SILENCE_MS;
    expect(await relay.expire('m2', watch)).toEqual({
      event: 'watch',
      requestId: 'm2',
      outcome: 'ended',
      kind: 'typing-frame',
      upstreamMs: 12,
    });
    expect(await relay.expire('m3', watch)).toMatchObject({ outcome: 'over' });
  });

  it('is why its off is to be sent once more', async () => {
    const { relay, typing, clock, upstream } = setUp();
    await typing(true);
    clock.now += SILENCE_MS;
    upstream.failure = new RelayError('upstream_rate_limited', 'wait', { retryAfterMs: 7_000 });
    expect(await relay.expire('m1', watch)).toMatchObject({
      outcome: 'later',
      error: 'upstream_rate_limited',
    });
  });

  it('is a refusal of what cannot be done, and of what is no watch, so that it comes again', async () => {
    const { relay, typing, clock, upstream } = setUp();
    await typing(true);
    clock.now += SILENCE_MS;
    upstream.failure = new RelayError('upstream_rejected', 'no', { reason: 'missing_permission' });
    expect(await relay.expire('m1', watch)).toMatchObject({
      outcome: 'refused',
      reason: 'missing_permission',
    });
    expect(await relay.expire('m2', undefined)).toMatchObject({ outcome: 'refused', error: 'watch_failed' });
  });

  it("is the state's failure, or the queue's, and not the upstream's", async () => {
    const { relay, typing, store, watchLater } = setUp();
    await typing(true);
    watchLater.mockRejectedValueOnce(new Error('throttled'));
    expect(await relay.expire('m1', watch)).toMatchObject({ outcome: 'refused', error: 'watch_failed' });
    vi.spyOn(store, 'read').mockRejectedValueOnce(new Error('throttled'));
    expect(await relay.expire('m2', watch)).toMatchObject({ outcome: 'refused', error: 'state_unavailable' });
  });
});
