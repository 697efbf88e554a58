import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { openSession } from '../upstreams/index.ts';
import type { Budget } from './delivery.ts';
import { unavailable } from './errors.ts';
import { makeRelay } from './relay.ts';
import type { UpstreamMessage } from './upstream.ts';

const NOW = 1_000_000;
const guest = { kind: 'open-messaging', integrationId: 'i1', userId: 'u1' };
const participant = { kind: 'participant-state', conversationId: 'c1', participantId: 'p1' };

/** A relay whose service account has so much left, with what it sent. */
function setUp(upstream: { kind: string } & Record<string, unknown>) {
  const clock = { now: NOW };
  const left: Budget = { level: 'plenty', resetsInMs: 0 };
  const answers: (() => Promise<unknown>)[] = [];
  const send = vi.fn((...[message]: [UpstreamMessage, number]) => {
    const isCheck = message.via === 'rest' && message.method === 'GET';
    return isCheck
      ? Promise.resolve({ participants: [{ id: 'p1' }] })
      : (answers.shift()?.() ?? Promise.resolve({}));
  });
  const watchLater = vi.fn(() => Promise.resolve());
  const relay = makeRelay({
    upstream: { send, budget: () => left, release: () => undefined },
    openSession: () => Promise.resolve(openSession(upstream, () => true)),
    store: makeMemoryStore(),
    countFrame: () => Promise.resolve({ flood: false }),
    tell: () => undefined,
    watchLater,
    now: () => clock.now,
    wait: () => Promise.resolve(),
    warn: () => undefined,
  });
  const typing = (isTyping: boolean) =>
    relay.typing({
      body: JSON.stringify({ type: 'typing', data: { isTyping }, id: '1' }),
      connectionId: 'tab-1',
      connectedAt: 0,
      sealedSession: 'sealed',
      requestId: 'r',
      receivedAt: clock.now,
    });
  const become = (level: Budget['level'], resetsInMs = 40_000): void => {
    Object.assign(left, { level, resetsInMs });
  };
  const failNext = () => answers.push(() => Promise.reject(unavailable(new Error('down'))));
  const expire = () => relay.expire('watch-1', { sealedSession: 'sealed' });
  return { typing, become, send, clock, failNext, expire };
}

describe('a budget that runs short', () => {
  it('spares refreshes first: every other one, so that the bubble comes back', async () => {
    const { typing, become, send, clock } = setUp(guest);
    await typing(true);
    become('short');
    const outcomes = [];
    for (let refresh = 0; refresh < 4; refresh++) {
      clock.now += 5_000;
      const answer = await typing(true);
      outcomes.push(answer?.type === 'ack' && answer.outcome);
    }
    expect(outcomes).toEqual(['coalesced', 'forwarded', 'coalesced', 'forwarded']);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('still takes the first on of a draft', async () => {
    const { typing, become } = setUp(guest);
    become('short');
    expect(await typing(true)).toMatchObject({ outcome: 'forwarded' });
  });
});

describe('a budget that is spent', () => {
  it('takes no first on either, not even the check before it, and says for how long', async () => {
    const { typing, become, send } = setUp(participant);
    become('spent');
    expect(await typing(true)).toMatchObject({
      error: { code: 'upstream_rate_limited', retryAfterMs: 40_000 },
    });
    expect(send).not.toHaveBeenCalled();
  });

  it('still takes the off', async () => {
    const { typing, become, send, clock } = setUp(participant);
    await typing(true);
    become('spent');
    clock.now += 2_000;
    expect(await typing(false)).toMatchObject({ outcome: 'forwarded' });
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('does not hold back an off that is tried again', async () => {
    const { typing, become, send, clock, failNext, expire } = setUp(participant);
    await typing(true);
    clock.now += 2_000;
    failNext();
    await typing(false);
    become('spent');
    clock.now += 1_000;
    await typing(true);
    await expire();
    expect(send.mock.lastCall?.[0]).toMatchObject({ body: { state: 'connected' } });
    expect(send).toHaveBeenCalledTimes(4);
  });
});
