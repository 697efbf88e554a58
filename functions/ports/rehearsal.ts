import { createHash } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { unavailable } from '../relay/errors.ts';
import { type ConnectionEvent, makeRelay } from '../relay/relay.ts';
import { sealSession } from '../relay/seal.ts';
import type { CallAws } from './aws.ts';
import { messageEvent } from './events.ts';
import { makeMetrics } from './metrics.ts';
import { makeQueue } from './queue.ts';
import { makeSessions } from './sessions.ts';
import { makeTypingTable } from './typing-table.ts';
import { openSocket, write } from './open-socket.ts';
import { makeUpstreamPort } from './upstream.ts';

/** Sessions of nobody. What an upstream that is not here has of its own is compiled with its first message. */
const SESSIONS = [
  { kind: 'web-messaging', deploymentId: 'none', token: 'none' },
  { kind: 'open-messaging', integrationId: 'none', userId: 'none' },
  { kind: 'agent-communication', conversationId: 'none', communicationId: 'none', userToken: 'none' },
  { kind: 'typing-frame', socketUrl: 'wss://none' },
  { kind: 'participant-state', conversationId: 'none', participantId: 'none' },
];

const keys = { kid: 'none', key: '0'.repeat(64) };
const done = (): Promise<undefined> => Promise.resolve(undefined);

/** A table that holds nothing and a queue that takes everything. */
const call: CallAws = () => Promise.resolve({});

/**
 * Takes typing frames of nobody through the relay, with no far side and no table: V8 compiles what runs for the first
 * time, which is quick in INIT and slow in the first message, for which a small function has a small part of a processor.
 */
export async function rehearse(make = makeRelay): Promise<void> {
  const relay = make({
    upstream: makeUpstreamPort({
      api: { call: done, budget: () => ({ level: 'plenty', resetsInMs: 0 }), warmUp: done },
      sockets: { send: done, close: () => undefined },
      webMessaging: { send: done, close: () => undefined },
    }),
    openSession: makeSessions(
      { get: () => Promise.resolve(keys), refresh: () => Promise.resolve(false) },
      () => true,
    ),
    store: makeTypingTable(call, ''),
    countFrame: () => Promise.resolve({ flood: false }),
    tell: makeMetrics({ stack: '', write: () => undefined, now: Date.now }),
    watchLater: makeQueue(call, ''),
    now: Date.now,
    wait: done,
    warn: () => undefined,
  });
  for (const upstream of SESSIONS) {
    const session = sealSession(keys, { sub: 'nobody', upstream });
    for (const isTyping of [true, false]) await relay.typing(eventOf(session, isTyping));
  }
}

/** As the handler makes it of what API Gateway sends. */
function eventOf(session: string, isTyping: boolean): ConnectionEvent & { body: string } {
  const { body = '', requestContext } = messageEvent.parse({
    body: JSON.stringify({ type: 'typing', data: { isTyping } }),
    requestContext: {
      eventType: 'MESSAGE',
      connectionId: 'none',
      connectedAt: 0,
      requestId: 'none',
      requestTimeEpoch: Date.now(),
      authorizer: { session },
    },
  });
  const { connectionId, connectedAt, requestId, requestTimeEpoch: receivedAt } = requestContext;
  return { body, connectionId, connectedAt, requestId, receivedAt, sealedSession: session };
}

/** What the answer to an upgrade proves that it was read by. RFC 6455, section 1.3 */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** It takes a few milliseconds; nothing of it comes over a network. */
const REHEARSAL_MS = 500;

/** Opens a socket to nobody, in memory, and sends a frame on it, for the same reason. */
export async function rehearseSocket(): Promise<void> {
  const [near, far] = duplexPair();
  far.once('data', (request: Buffer) => {
    const key = /^Sec-WebSocket-Key: (\S+)/im.exec(request.toString())?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key + WEBSOCKET_GUID)
      .digest('base64');
    far.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });
  const socket = await openSocket(
    {
      url: 'ws://rehearsal',
      refused: () => unavailable(new Error('a rehearsal is never refused')),
      createConnection: () => near,
    },
    REHEARSAL_MS,
  );
  await write(socket, '{}', REHEARSAL_MS);
  socket.terminate();
  far.destroy();
}
