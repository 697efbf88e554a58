import { describe, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { openSession } from '../upstreams/index.ts';
import { RelayError, unavailable } from './errors.ts';
import { makeRelay } from './relay.ts';
import type { UpstreamMessage } from './upstream.ts';

const T = 1_000_000;
const agent = { kind: 'agent-communication', conversationId: 'c-1', communicationId: 'm-1' };
const conversation = (state: string) => ({
  participants: [{ purpose: 'agent', messages: [{ id: 'm-1', state }] }],
});

/** A relay for an agent's communication, and what the platform API answers. */
function setUp() {
  const clock = { now: T };
  const store = makeMemoryStore();
  const answers = {
    question: (): unknown => conversation('connected'),
    typing: (): unknown => undefined,
  };
  const sent: string[] = [];
  const relay = makeRelay({
    store,
    openSession: () => Promise.resolve(openSession(agent, () => true)),
    upstream: {
      send: async (message: UpstreamMessage) => {
        await Promise.resolve();
        const asks = message.via === 'rest' && message.method === 'GET';
        sent.push(asks ? 'ask' : 'on');
        return asks ? answers.question() : answers.typing();
      },
      budget: plenty,
      release: () => undefined,
    },
    tell: () => undefined,
    countFrame: () => Promise.resolve({ flood: false }),
    watchLater: () => Promise.resolve(),
    now: () => clock.now,
    wait: () => Promise.resolve(),
    warn: () => undefined,
  });
  /** The next frame of a connection, five seconds after the one before, as a client sends them. */
  const type = async (isTyping = true, connectedAt = T) => {
    clock.now += 5_000;
    return relay.typing({
      body: JSON.stringify({ type: 'typing', data: { isTyping } }),
      connectionId: `connection of ${connectedAt}`,
      connectedAt,
      sealedSession: 'sealed',
      requestId: 'r',
      receivedAt: clock.now,
    });
  };
  return { answers, sent, store, clock, type };
}

const ended = { error: { code: 'session_ended' } };
const failing = (error: Error) => () => {
  throw error;
};

describe('a check that ends the session', () => {
  it('says why, and silences the session: nothing is asked or sent for it again', async () => {
    const { type, answers, sent } = setUp();
    answers.question = () => conversation('disconnected');
    expect(await type()).toMatchObject({ error: { code: 'session_ended', reason: 'communication_ended' } });
    expect(await type()).toMatchObject(ended);
    expect(await type(false)).toMatchObject(ended);
    expect(sent).toEqual(['ask']);
  });

  it('ends it for connections from before, and lets one with a new ticket begin anew', async () => {
    const { type, answers, sent, clock } = setUp();
    answers.question = () => conversation('disconnected');
    await type();
    answers.question = () => conversation('connected');
    const later = clock.now + 1;
    expect(await type(true, T - 1)).toMatchObject(ended);
    expect(await type(true, later)).toBeUndefined();
    expect(sent).toEqual(['ask', 'ask', 'on']);
  });
});

describe('what passed a check', () => {
  it('is not asked again', async () => {
    const { type, sent } = setUp();
    await type();
    await type();
    expect(sent).toEqual(['ask', 'on', 'on']);
  });

  it('is asked again after a refusal: the conversation may have been transferred', async () => {
    const { type, answers, sent } = setUp();
    await type();
    answers.typing = failing(new RelayError('upstream_rejected', 'no', { reason: 'communication_ended' }));
    expect(await type()).toMatchObject({ error: { code: 'upstream_rejected' } });
    answers.question = () => conversation('disconnected');
    expect(await type()).toMatchObject({ error: { code: 'session_ended', reason: 'communication_ended' } });
    expect(sent).toEqual(['ask', 'on', 'on', 'ask']);
  });

  it.each([
    ['cannot be reached', unavailable(new Error('down'))],
    ['asks for silence', new RelayError('upstream_rate_limited', 'slow', { retryAfterMs: 1_000 })],
  ])('still counts where the far side only %s: that would cost another request', async (_, error) => {
    const { type, answers, sent } = setUp();
    await type();
    answers.typing = failing(error);
    await type();
    answers.typing = () => undefined;
    await type();
    expect(sent).toEqual(['ask', 'on', 'on', 'on']);
  });
});

describe('a silence that the far side asks for', () => {
  it('is kept by the check, too', async () => {
    const { type, answers, sent, store } = setUp();
    answers.question = failing(unavailable(new Error('down')));
    await type();
    const [key] = [openSession(agent, () => true).key];
    await store.decide(key, { isTyping: false, connectionId: 'c', connectedAt: T, at: T }, 'expiring');
    await store.quiet(key, T + 60_000);
    expect(await type()).toBeUndefined();
    expect(sent).toEqual(['ask']);
  });

  it('is told as a failure where the state cannot be read, and nothing is asked', async () => {
    const { type, sent, store } = setUp();
    vi.spyOn(store, 'read').mockRejectedValue(new Error('throttled'));
    expect(await type()).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
