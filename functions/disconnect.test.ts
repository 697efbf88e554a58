import { beforeEach, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../test/memory-store.ts';
import { plenty } from '../test/plenty.ts';
import type { Listeners } from './ports/listeners.ts';
import type { RelayPorts } from './relay/relay.ts';

const events: string[] = [];
const listeners = {
  add: vi.fn<Listeners['add']>(),
  remove: vi.fn<Listeners['remove']>(),
  list: vi.fn<Listeners['list']>(),
};
const store = makeMemoryStore();
const sender: RelayPorts = {
  store,
  upstream: {
    send: (message) => Promise.resolve(void events.push(String(message.via === 'socket' && message.frame))),
    budget: plenty,
    release: () => void events.push('released'),
  },
  openSession: (key) =>
    Promise.resolve({
      kind: 'fake',
      key,
      timing: 'held',
      message: (isTyping) => ({ via: 'socket', url: 'wss://x', frame: isTyping ? 'on' : 'off' }),
      check: undefined,
      inbox: undefined,
    }),
  tell: () => undefined,
  countFrame: () => Promise.resolve({ flood: false }),
  watchLater: () => Promise.resolve(),
  now: () => 2_000,
  wait: () => Promise.resolve(),
  warn: () => undefined,
};
vi.mock('./ports/listeners.ts', () => ({ openListeners: () => listeners }));
vi.mock('./ports/sender.ts', () => ({ openSender: () => Promise.resolve(sender) }));
const { handler } = await import('./disconnect.ts');

/** The end of a connection whose guest was typing. */
async function disconnect(authorizer: object) {
  const event = { isTyping: true, connectionId: 'connection-1', connectedAt: 1_000, at: 1_500 };
  await store.decide('guest-1', event, 'held');
  return handler({
    requestContext: {
      eventType: 'DISCONNECT',
      connectionId: 'connection-1',
      connectedAt: 1_000,
      requestId: 'request-1',
      requestTimeEpoch: 2_000,
      authorizer: { session: 'guest-1', ...authorizer },
    },
  });
}

beforeEach(() => {
  vi.resetAllMocks();
  listeners.remove.mockResolvedValue();
  store.states.clear();
  events.length = 0;
});

it("ends the guest's typing, and looks for nobody there any more", async () => {
  expect(await disconnect({ inbox: 'inbox-1' })).toEqual({ statusCode: 200, body: '' });
  expect(events).toEqual(['off', 'released']);
  expect(listeners.remove).toHaveBeenCalledExactlyOnceWith('inbox-1', 'connection-1');
});

it('removes nothing where nothing was noted', async () => {
  expect(await disconnect({})).toEqual({ statusCode: 200, body: '' });
  expect(listeners.remove).not.toHaveBeenCalled();
});

it('leaves a log line where it could not be removed: that expires by itself', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  listeners.remove.mockRejectedValue(new Error('throttled'));
  expect(await disconnect({ inbox: 'inbox-1' })).toEqual({ statusCode: 200, body: '' });
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: 'listener_not_removed', requestId: 'request-1' }),
  );
});
