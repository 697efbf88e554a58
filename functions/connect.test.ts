import { beforeEach, expect, it, vi } from 'vitest';
import type { Listeners } from './ports/listeners.ts';
import type { Tell } from './relay/handled.ts';

const listeners = {
  add: vi.fn<Listeners['add']>(),
  remove: vi.fn<Listeners['remove']>(),
  list: vi.fn<Listeners['list']>(),
};
const tell = vi.fn<Tell>();
vi.mock('./ports/tell.ts', () => ({ openTell: () => tell }));
vi.mock('./ports/listeners.ts', () => ({ openListeners: () => listeners }));
const { handler } = await import('./connect.ts');

const connect = (authorizer?: object, headers: object = {}) =>
  handler({
    headers,
    requestContext: {
      eventType: 'CONNECT',
      connectionId: 'connection-1',
      connectedAt: 1_000,
      requestId: 'request-1',
      authorizer,
    },
  });

beforeEach(() => {
  vi.resetAllMocks();
  listeners.add.mockResolvedValue();
});

it("notes a connection where its guest's agents will be looked for", async () => {
  expect(await connect({ session: 'sealed', inbox: 'inbox-1' })).toEqual({ statusCode: 200, body: '' });
  const ids = { requestId: 'request-1', connectionId: 'connection-1' };
  expect(tell).toHaveBeenCalledExactlyOnceWith([{ event: 'connect', outcome: 'connected', ...ids }]);
  expect(listeners.add).toHaveBeenCalledExactlyOnceWith('inbox-1', {
    connectionId: 'connection-1',
    connectedAt: 1_000,
  });
});

it.each([[{ session: 'sealed' }], [undefined]])(
  'notes nothing where nothing comes back: %j',
  async (authorizer) => {
    expect(await connect(authorizer)).toMatchObject({ statusCode: 200 });
    expect(listeners.add).not.toHaveBeenCalled();
  },
);

it("lets the guest in without that as well, since the guest's own typing works", async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  listeners.add.mockRejectedValue(new Error('throttled'));
  expect(await connect({ inbox: 'inbox-1' })).toMatchObject({ statusCode: 200 });
  expect(error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: 'listener_not_noted', requestId: 'request-1' }),
  );
});

it('answers with the subprotocol where the client offers it, and never with the ticket', async () => {
  const offered = await connect({}, { 'Sec-WebSocket-Protocol': 'typing-relay, the-ticket' });
  expect(offered.headers).toEqual({ 'Sec-WebSocket-Protocol': 'typing-relay' });
  expect(await connect({}, { 'Sec-WebSocket-Protocol': 'other' })).not.toHaveProperty('headers');
});
