import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { openSession } from '../upstreams/index.ts';
import { RelayError, unavailable } from './errors.ts';
import { makeHostRule } from './hosts.ts';
import { makeRelay, type RelayPorts } from './relay.ts';
import { TicketError } from './ticket-error.ts';
import type { UpstreamMessage } from './upstream.ts';

const NOW = 1_000_000;
const socketUrl = 'wss://webmessaging.mypurecloud.com/v1';
type Claim = { kind: string } & Record<string, unknown>;
const guestSocket: Claim = { kind: 'typing-frame', socketUrl };
const participant: Claim = { kind: 'participant-state', conversationId: 'c1', participantId: 'p1' };

/** Everything around a relay but its upstream: state, queue and a clock that the test moves. */
function makeWorld() {
  const clock = { now: NOW };
  return {
    clock,
    store: makeMemoryStore(),
    tell: vi.fn<RelayPorts['tell']>(),
    countFrame: vi.fn<RelayPorts['countFrame']>(() => Promise.resolve({ flood: false })),
    watchLater: vi.fn(() => Promise.resolve()),
    now: () => clock.now,
    wait: (ms: number) => {
      clock.now += ms;
      return Promise.resolve();
    },
  };
}

/** A relay over an upstream that answers as `answer` says, with everything that it did. */
function setUp(
  answer: (message: UpstreamMessage) => unknown = () => undefined,
  upstream: Claim = guestSocket,
) {
  const send = vi.fn((...[message]: [UpstreamMessage, number]) =>
    Promise.resolve().then(() => answer(message)),
  );
  const release = vi.fn();
  const warn = vi.fn<RelayPorts['warn']>();
  const world = makeWorld();
  const relay = makeRelay({
    upstream: { send, budget: plenty, release },
    openSession: () => Promise.resolve(openSession(upstream, makeHostRule([]))),
    ...world,
    warn,
  });
  const typing = (body: object | string, receivedAt = world.clock.now, connectionId = 'tab-1') =>
    relay.typing({
      body: typeof body === 'string' ? body : JSON.stringify(body),
      connectionId,
      connectedAt: 0,
      sealedSession: 'sealed',
      requestId: 'request-1',
      receivedAt,
    });
  const left = (connectionId = 'tab-1') =>
    relay.left({
      connectionId,
      connectedAt: 0,
      sealedSession: 'sealed',
      requestId: 'r',
      receivedAt: world.clock.now,
    });
  return { relay, send, release, warn, typing, left, ...world };
}

const on = { type: 'typing', data: { isTyping: true } };
const off = { type: 'typing', data: { isTyping: false } };

describe('a typing message', () => {
  it('goes upstream, and is answered by nothing', async () => {
    const { typing, send } = setUp();
    expect(await typing(on)).toBeUndefined();
    expect(send).toHaveBeenCalledExactlyOnceWith({ via: 'socket', url: socketUrl, frame: on }, NOW + 3_000);
  });

  it('with an id is acknowledged', async () => {
    const { typing } = setUp();
    expect(await typing({ ...on, id: '7' })).toEqual({ type: 'ack', id: '7', outcome: 'forwarded' });
    expect(await typing({ ...on, id: '8' }, NOW + 1)).toMatchObject({ outcome: 'coalesced' });
    expect(await typing({ ...off, id: '9' }, NOW + 2)).toMatchObject({ outcome: 'forwarded' });
    expect(await typing({ ...off, id: '10' }, NOW + 3)).toMatchObject({ outcome: 'ignored' });
  });

  it('that is wrong never reaches the upstream', async () => {
    const { typing, send } = setUp();
    expect(await typing({ ...on, id: '7', extra: 1 })).toMatchObject({
      type: 'error',
      error: { code: 'bad_frame', id: '7', requestId: 'request-1' },
    });
    expect(send).not.toHaveBeenCalled();
  });

  it('that waited for more than two seconds is dropped when it is an on', async () => {
    const { typing, send } = setUp();
    expect(await typing({ ...on, id: '7' }, NOW - 2_001)).toMatchObject({ outcome: 'stale' });
    expect(send).not.toHaveBeenCalled();
  });

  it('that waited for long is sent when it is an off', async () => {
    const { typing, clock } = setUp();
    await typing(on);
    clock.now += 60_000;
    expect(await typing({ ...off, id: '7' }, NOW + 1)).toMatchObject({ outcome: 'forwarded' });
  });
});

describe('the time that an upstream gets', () => {
  it('counts from the arrival of the message, so that a cold start does not come on top', async () => {
    const { typing, send } = setUp();
    await typing(on, NOW - 1_000);
    expect(send).toHaveBeenCalledWith(expect.anything(), NOW + 2_000);
  });

  it('is never less than half a second', async () => {
    const { typing, send, clock } = setUp();
    await typing(on);
    clock.now += 60_000;
    await typing(off, NOW + 1);
    expect(send).toHaveBeenLastCalledWith(expect.anything(), NOW + 60_500);
  });
});

describe('a failure', () => {
  it('of the upstream becomes its error frame and a log line with the cause', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const { typing, warn } = setUp(() => {
      throw unavailable(cause);
    });
    expect(await typing({ ...on, id: '7' })).toMatchObject({
      error: { code: 'upstream_unavailable', id: '7' },
    });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'upstream_unavailable',
      expect.objectContaining({
        requestId: 'request-1',
        kind: 'typing-frame',
        cause: 'Error: connect ECONNREFUSED',
      }),
    );
  });

  it('to open the session ends it for the client', async () => {
    const { warn, send } = setUp();
    const relay = makeRelay({
      ...makeWorld(),
      upstream: { send, budget: plenty, release: () => undefined },
      openSession: () => Promise.reject(new TicketError('unknown_key', 'rotated twice')),
      warn,
    });
    const event = { connectionId: 'c', connectedAt: 0, sealedSession: 'x', requestId: 'r', receivedAt: NOW };
    expect(await relay.typing({ body: JSON.stringify(on), ...event })).toMatchObject({
      error: { code: 'session_ended' },
    });
  });

  it('of the state drops the message, and is told only to who asked for an answer', async () => {
    const { typing, send, store, warn } = setUp();
    vi.spyOn(store, 'decide').mockRejectedValue(new Error('throttled'));
    expect(await typing(on)).toBeUndefined();
    expect(await typing({ ...on, id: '7' })).toMatchObject({
      error: { code: 'upstream_unavailable', id: '7' },
    });
    expect(send).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('that nobody foresaw is told without its words', async () => {
    const { typing } = setUp(() => {
      throw new TypeError('cannot read properties of undefined (reading secret)');
    });
    const answer = await typing(on);
    expect(answer).toMatchObject({ error: { code: 'upstream_unavailable' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

describe('the check before the first message', () => {
  const conversationWith = (...ids: string[]) => ({ participants: ids.map((id) => ({ id })) });
  const answering = (answer: () => unknown) => (message: UpstreamMessage) =>
    message.via === 'rest' && message.method === 'GET' ? answer() : {};
  const methods = (send: { mock: { calls: [UpstreamMessage, number][] } }) =>
    send.mock.calls.map(([message]) => (message.via === 'rest' ? message.method : 'frame'));

  it('is made once a session', async () => {
    const { typing, send } = setUp(
      answering(() => conversationWith('p1')),
      participant,
    );
    await typing(on);
    await typing(off, NOW + 1);
    expect(methods(send)).toEqual(['GET', 'POST', 'POST']);
  });

  it('stops a participant of another conversation with words instead of silence', async () => {
    const { typing, send } = setUp(
      answering(() => conversationWith('p2')),
      participant,
    );
    expect(await typing(on)).toMatchObject({
      error: { code: 'upstream_rejected', reason: 'participant_mismatch' },
    });
    expect(methods(send)).toEqual(['GET']);
  });

  it('that nobody may make does not stop typing', async () => {
    const forbidden = () => {
      throw new RelayError('upstream_rejected', 'no', { reason: 'missing_permission' });
    };
    const { typing, send, warn } = setUp(answering(forbidden), participant);
    expect(await typing({ ...on, id: '7' })).toMatchObject({ outcome: 'forwarded' });
    await typing(off, NOW + 1);
    expect(methods(send)).toEqual(['GET', 'POST', 'POST']);
    expect(warn).toHaveBeenCalledExactlyOnceWith('session_unchecked', expect.anything());
  });

  it('that fails is made again a second later, and not by each message', async () => {
    let up = false;
    const flaky = () => {
      if (!up) throw unavailable(new Error('down'));
      return conversationWith('p1');
    };
    const { typing, send, clock } = setUp(answering(flaky), participant);
    for (let frame = 0; frame < 5; frame++)
      expect(await typing(on)).toMatchObject({ error: { code: 'upstream_unavailable' } });
    up = true;
    clock.now += 1_000;
    expect(await typing(on)).toBeUndefined();
    expect(methods(send)).toEqual(['GET', 'GET', 'POST']);
  });
});

describe('the frames of a connection', () => {
  const tooMany = {
    type: 'error',
    error: { code: 'too_many_frames', message: 'm', requestId: 'r' },
  } as const;

  it.each([
    ['at the pace of a client', [on, NOW, off, NOW + 6_000, on, NOW + 7_000]],
    ['that repeat an on as a sign of life', [on, NOW, on, NOW + 5_000, on, NOW + 10_000]],
  ])('%s are not counted', async (_, frames) => {
    const { typing, clock, countFrame } = setUp();
    for (const [index, frame] of frames.entries()) {
      if (typeof frame === 'number') continue;
      clock.now = Number(frames[index + 1]);
      await typing(frame);
    }
    expect(countFrame).not.toHaveBeenCalled();
  });

  it.each([
    ['within a fifth of a second of the one before', off, NOW + 199, NOW],
    ['that are stale', off, NOW - 1, NOW],
    ['that are no typing frames', { ...on, data: {} }, NOW + 5_000, undefined],
  ])('%s are counted', async (_, second, at, after) => {
    const { typing, countFrame } = setUp();
    await typing(on);
    await typing(second, at);
    expect(countFrame).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ connectionId: 'tab-1', requestId: 'request-1', receivedAt: at }),
      after,
    );
  });

  it('that waited too long are counted, and those that the upstream refuses', async () => {
    const { typing, countFrame } = setUp(() => {
      throw unavailable(new Error('down'));
    });
    await typing(on, NOW - 2_001);
    await typing(on);
    expect(countFrame).toHaveBeenCalledTimes(2);
  });

  it('are not counted while there is no table to count in', async () => {
    const { typing, store, countFrame } = setUp();
    vi.spyOn(store, 'decide').mockRejectedValue(new Error('throttled'));
    await typing({ ...on, id: '7' });
    expect(countFrame).not.toHaveBeenCalled();
  });

  it('end with the one that says why, and no other is answered', async () => {
    const { typing, countFrame } = setUp();
    await typing(on);
    countFrame.mockResolvedValueOnce({ flood: true, last: tooMany });
    expect(await typing({ ...on, id: '1' }, NOW + 1)).toEqual(tooMany);
    countFrame.mockResolvedValueOnce({ flood: true });
    expect(await typing({ ...on, id: '2' }, NOW + 2)).toBeUndefined();
  });
});

describe('a guest who leaves', () => {
  it('ends typing upstream where it is held', async () => {
    const { typing, left, send } = setUp();
    await typing(on);
    await left();
    expect(send).toHaveBeenLastCalledWith({ via: 'socket', url: socketUrl, frame: off }, expect.anything());
  });

  it('has left also for a frame of the same millisecond that comes to be handled later', async () => {
    const { typing, left, send } = setUp();
    await left();
    expect(await typing({ ...on, id: '7' })).toMatchObject({ outcome: 'stale' });
    expect(send).not.toHaveBeenCalled();
  });

  it('without having typed costs no call', async () => {
    const { left, send } = setUp();
    await left();
    expect(send).not.toHaveBeenCalled();
  });

  it('by one tab does not end the typing in another', async () => {
    const { typing, left, send } = setUp();
    await typing(on, NOW, 'tab-1');
    await typing(on, NOW, 'tab-2');
    await left('tab-1');
    expect(send).toHaveBeenCalledOnce();
  });

  it('whose session was refused leaves nothing upstream', async () => {
    const { typing, left, send } = setUp(() => ({ participants: [] }), participant);
    await typing(on);
    await left();
    expect(send).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ method: 'GET' }),
      expect.anything(),
    );
  });

  it('leaves no socket open', async () => {
    const { left, release } = setUp();
    await left();
    expect(release).toHaveBeenCalledOnce();
  });

  it('leaves a log line and no exception when the upstream is down', async () => {
    let up = true;
    const { typing, left, warn } = setUp(() => {
      if (!up) throw unavailable(new Error('down'));
    });
    await typing(on);
    up = false;
    await left();
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'upstream_unavailable',
      expect.objectContaining({ requestId: 'r' }),
    );
  });
});
