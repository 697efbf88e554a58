import { createHmac } from 'node:crypto';
import { beforeEach, expect, it, vi } from 'vitest';
import type { AgentTypingPorts } from './relay/agent-typing.ts';
import { openInbox } from './relay/inbox.ts';
import type { Tell } from './relay/handled.ts';

const secret = 'the-secret-of-the-webhook';
const push = vi.fn<AgentTypingPorts['push']>();
const inbox = openInbox('integration-1', 'guest-1');
const ports: AgentTypingPorts = {
  withSecrets: (matches) => Promise.resolve(matches({ secret })),
  listeners: (asked) => Promise.resolve(asked === inbox ? [{ connectionId: 'tab-1', connectedAt: 0 }] : []),
  forget: () => Promise.resolve(),
  push,
  now: () => Date.parse('2026-01-01T00:00:00.000Z'),
  warn: () => undefined,
};
const tell = vi.fn<Tell>();
vi.mock('./ports/tell.ts', () => ({ openTell: () => tell }));
vi.mock('./ports/agent-typing.ts', () => ({ openAgentTyping: () => ports }));
const { handler } = await import('./agent-typing.ts');

const body = JSON.stringify({
  type: 'Event',
  direction: 'Outbound',
  channel: { id: 'integration-1', to: { id: 'guest-1' }, time: '2026-01-01T00:00:00.000Z' },
  events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5_000 } }],
  nickname: 'Zoë',
});
const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The webhook's call as an HTTP API hands it to a function. */
const call = (changes: object = {}) =>
  handler({
    version: '2.0',
    headers: { 'x-hub-signature-256': signature },
    body,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
    ...changes,
  });

beforeEach(() => {
  push.mockReset();
  tell.mockReset();
  push.mockResolvedValue('sent');
});

it("brings an agent's typing to the guest", async () => {
  expect(await call()).toMatchObject({ statusCode: 200, body: '{"outcome":"pushed"}' });
  expect(push).toHaveBeenCalledExactlyOnceWith('tab-1', {
    type: 'typing',
    data: { isTyping: true, expiresInMs: 5_000 },
  });
});

it('takes a body in base64, and checks the signature over the bytes that it stands for', async () => {
  const encoded = Buffer.from(body).toString('base64');
  expect(await call({ body: encoded, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
  expect(await call({ body: encoded })).toMatchObject({ statusCode: 401 });
});

it.each([
  ['without a signature', { headers: {} }, 401],
  ['without a body', { body: undefined }, 401],
  ['with another body', { body: `${body} ` }, 401],
  ['with a body that is too large', { body: 'x'.repeat(70_000) }, 413],
])('%s tells nobody', async (_, changes, statusCode) => {
  expect(await call(changes)).toMatchObject({ statusCode });
  expect(push).not.toHaveBeenCalled();
});

it('tells of each call what became of it', async () => {
  await call({ headers: {} });
  expect(tell).toHaveBeenCalledExactlyOnceWith([
    { event: 'agent-typing', requestId: 'request-1', outcome: 'bad_signature' },
  ]);
});

it('is no handler of a WebSocket event', async () => {
  await expect(handler({ requestContext: { connectionId: 'c' } })).rejects.toThrow();
});
