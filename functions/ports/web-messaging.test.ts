import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { portOf, serve } from '../../test/http-server.ts';
import {
  type Answer,
  obliging,
  RESUMED,
  serveMessaging,
  serverFrame,
  type MessagingService,
} from '../../test/messaging-service.ts';
import { refusalOf } from '../../test/refusal.ts';
import type { WebMessagingMessage } from '../relay/upstream.ts';
import { makeWebMessaging } from './web-messaging.ts';

const token = '7b4c1a0e-secret-of-the-guest';
const typing = { events: [{ eventType: 'Typing', typing: { type: 'On' } }], type: 'Event' };
const message: WebMessagingMessage = {
  via: 'web-messaging',
  deploymentId: 'deployment-1',
  token,
  message: typing,
};
const uuid: unknown = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);

/** Sends one message as a deployed relay does by default. */
const sendTo = ({ url }: { url: string }, ms = 5_000, origin?: string): Promise<void> =>
  makeWebMessaging({ url, origin, keep: false, now: Date.now }).send(message, Date.now() + ms);

describe('a message of a guest', () => {
  it('is one frame after configureSession, in the shapes that Genesys publishes and no others', async () => {
    const service = await serveMessaging();
    await sendTo(service);
    expect(service.frames).toEqual([
      {
        action: 'configureSession',
        deploymentId: 'deployment-1',
        token,
        startNew: false,
        tracingId: uuid,
      },
      { action: 'onMessage', token, tracingId: uuid, message: typing },
    ]);
  });

  it('goes over a socket whose URL has the deployment, and no token', async () => {
    const service = await serveMessaging();
    await sendTo(service);
    expect(service.requests.map(({ url }) => url)).toEqual([
      '/v1?deploymentId=deployment-1&application=typing-relay',
    ]);
  });

  it("comes from the bare host by default, as Genesys' own clients do, or from where the operator says", async () => {
    const service = await serveMessaging();
    await sendTo(service);
    await sendTo(service, 5_000, 'https://shop.example.com');
    const origins = service.requests.map(({ headers }) => headers.origin);
    expect(origins).toEqual(['127.0.0.1', 'https://shop.example.com']);
  });

  it("has left the guest's slot when it counts as sent: the far side has seen the close", async () => {
    const service = await serveMessaging();
    await sendTo(service);
    const [socket] = service.sockets;
    expect(socket?.readyState).toBeGreaterThanOrEqual(2);
    expect(await service.closeCode(0)).toBe(1000);
  });

  it('has a socket of its own by default', async () => {
    const service = await serveMessaging();
    await sendTo(service);
    await sendTo(service);
    expect(service.sockets).toHaveLength(2);
  });

  it('counts as sent where nothing answers it, since success has no answer', async () => {
    const service = await serveMessaging(({ action }, socket) => {
      if (action === 'configureSession') socket.send(RESUMED);
    });
    await sendTo(service);
    expect(service.actions()).toEqual(['configureSession', 'onMessage']);
  });

  it('counts as sent also where the far side never answers the close', async () => {
    const service = await serveMessaging((frame, socket) => {
      obliging(frame, socket);
      if (frame.action === 'onMessage') socket.pause();
    });
    await sendTo(service);
    expect(service.actions()).toEqual(['configureSession', 'onMessage']);
  });
});

const agentTypes = {
  direction: 'Outbound',
  type: 'Event',
  events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5_000 } }],
};

describe('what a guest socket says beside the point', () => {
  it.each<[string, string | Buffer]>([
    ['a class of a later version', serverFrame('HologramEvent', {})],
    ['no JSON', '{"class":'],
    ['a binary frame that would refuse, were it text', Buffer.from(serverFrame('LogoutEvent', {}))],
    [
      'the answer to a frame of somebody else',
      serverFrame('StructuredMessage', {}, { tracingId: 'another' }),
    ],
    ['an agent who types', serverFrame('StructuredMessage', agentTypes, { type: 'message' })],
  ])('stops nothing: %s', async (_, noise) => {
    const service = await serveMessaging((frame, socket) => {
      socket.send(noise);
      obliging(frame, socket);
    });
    await sendTo(service);
    expect(service.actions()).toEqual(['configureSession', 'onMessage']);
  });

  it('stops nothing: an answer in many fragments', async () => {
    const service = await serveMessaging((frame, socket) => {
      if (frame.action !== 'configureSession') {
        obliging(frame, socket);
        return;
      }
      for (const letter of RESUMED) socket.send(letter, { fin: false });
      socket.send('', { fin: true });
    });
    await sendTo(service);
    expect(service.actions()).toEqual(['configureSession', 'onMessage']);
  });
});

const coded = (code: number, body = 'words'): string => serverFrame('string', body, { code });
const tooMany = serverFrame('TooManyRequestsErrorMessage', { retryAfter: 3, errorCode: 4029 }, { code: 429 });
const FEATURE_OFF = 'Turn on the Feature Toggle or fix the configuration.';

const refusals: [string, string, object][] = [
  [
    'SessionExpiredEvent',
    serverFrame('SessionExpiredEvent', {}),
    { code: 'session_ended', reason: 'session_expired' },
  ],
  [
    'ConnectionClosedEvent',
    serverFrame('ConnectionClosedEvent', {}),
    { code: 'session_ended', reason: 'connection_closed' },
  ],
  ['LogoutEvent', serverFrame('LogoutEvent', {}), { code: 'session_ended', reason: 'connection_closed' }],
  ['403 for the feature', coded(403, FEATURE_OFF), { code: 'upstream_rejected', reason: 'feature_disabled' }],
  [
    '403 for the log-in',
    coded(403, 'Session authentication failed'),
    { code: 'upstream_rejected', reason: 'bad_credentials' },
  ],
  ['4000', coded(4000), { code: 'upstream_rejected', reason: 'feature_disabled' }],
  ['4006', coded(4006), { code: 'session_ended', reason: 'session_expired' }],
  ['4007', coded(4007), { code: 'session_ended', reason: 'session_not_found' }],
  ['4017', coded(4017), { code: 'session_ended', reason: 'bad_credentials' }],
  ['4029', coded(4029), { code: 'upstream_rate_limited', retryAfterMs: 1_000 }],
  ['4029 with a time', tooMany, { code: 'upstream_rate_limited', retryAfterMs: 3_000 }],
  ['400', coded(400), { code: 'upstream_rejected', reason: 'invalid_request' }],
  ['4020', coded(4020), { code: 'upstream_rejected', reason: 'invalid_request' }],
  ['5000', coded(5000), { code: 'upstream_unavailable' }],
];
const sessions: typeof refusals = [
  [
    'newSession',
    serverFrame('SessionResponse', { connected: true, newSession: true }),
    { code: 'session_ended', reason: 'session_not_found' },
  ],
  [
    'readOnly',
    serverFrame('SessionResponse', { connected: true, readOnly: true }),
    { code: 'session_ended', reason: 'session_read_only' },
  ],
  [
    'connected: false',
    serverFrame('SessionResponse', { connected: false }),
    { code: 'session_ended', reason: 'session_read_only' },
  ],
];

/** What a service does at one stage; obliging at the other. */
const at =
  (stage: string, act: (socket: WebSocket) => void): Answer =>
  (frame, socket) => {
    if (frame.action === stage) act(socket);
    else obliging(frame, socket);
  };

const saying = (text: string) => (socket: WebSocket) => {
  socket.send(text);
};
const closing = (reason: string) => (socket: WebSocket) => {
  socket.close(1011, reason);
};

describe('a refusal', () => {
  it.each([...refusals, ...sessions])(
    'of the session ends the try, and its socket in order: %s',
    async (_, refusal, expected) => {
      const service = await serveMessaging(at('configureSession', saying(refusal)));
      expect(await refusalOf(sendTo(service))).toMatchObject(expected);
      expect(service.actions()).toEqual(['configureSession']);
      expect(await service.closeCode(0)).toBe(1000);
    },
  );

  it.each(refusals)('of the message is told: %s', async (_, refusal, expected) => {
    const service = await serveMessaging(at('onMessage', saying(refusal)));
    expect(await refusalOf(sendTo(service))).toMatchObject(expected);
    expect(await service.closeCode(0)).toBe(1000);
  });

  it('of the message is waited for, though another frame is answered meanwhile', async () => {
    const service = await serveMessaging(
      at('onMessage', (socket) => {
        socket.send(serverFrame('StructuredMessage', {}, { tracingId: 'another' }));
        socket.send(coded(4029));
      }),
    );
    expect(await refusalOf(sendTo(service))).toMatchObject({ code: 'upstream_rate_limited' });
  });

  it('that comes before the answer to configureSession counts, and the answer no longer', async () => {
    const service = await serveMessaging((_frame, socket) => {
      socket.send(tooMany);
      socket.send(RESUMED);
    });
    expect(await refusalOf(sendTo(service))).toMatchObject({ code: 'upstream_rate_limited' });
    expect(service.actions()).toEqual(['configureSession']);
  });

  it.each(['configureSession', 'onMessage'])(
    'that comes with the end of the socket is told: %s',
    async (stage) => {
      const service = await serveMessaging((frame, socket) => {
        if (frame.action !== stage) {
          obliging(frame, socket);
          return;
        }
        socket.send(serverFrame('ConnectionClosedEvent', {}, { type: 'message' }));
        socket.close(1000);
      });
      expect(await refusalOf(sendTo(service))).toMatchObject({ reason: 'connection_closed' });
    },
  );
});

/** A server that answers the upgrade with these bytes. */
async function upgradedWith(bytes: (key: string) => Buffer | string | undefined): Promise<{ url: string }> {
  const { server, url } = await serve(() => ({ status: 426 }));
  server.on('upgrade', ({ headers }, socket) => {
    socket.on('error', () => undefined);
    const answer = bytes(headers['sec-websocket-key'] ?? '');
    if (answer !== undefined) socket.write(answer);
  });
  return { url: url.replace('http', 'ws') };
}

/** The head of an upgrade that is taken. */
const taken = (key: string): string => {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
};

describe('an upgrade', () => {
  it.each([
    ['403 Forbidden', { code: 'upstream_rejected', reason: 'deployment_refused' }],
    ['400 Bad Request', { code: 'upstream_rejected', reason: 'deployment_refused' }],
    ['404 Not Found', { code: 'upstream_rejected', reason: 'deployment_refused' }],
    ['429 Too Many Requests\r\nRetry-After: 4', { code: 'upstream_rate_limited', retryAfterMs: 4_000 }],
    ['429 Too Many Requests', { code: 'upstream_rate_limited', retryAfterMs: 1_000 }],
    ['503 Service Unavailable', { code: 'upstream_unavailable' }],
    ['302 Found\r\nLocation: ws://127.0.0.1:1/', { code: 'upstream_unavailable' }],
  ])('that is answered with %j becomes %j', async (head, expected) => {
    const service = await upgradedWith(
      () => `HTTP/1.1 ${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(await refusalOf(sendTo(service))).toMatchObject(expected);
  });

  it('whose answer comes with the first frame loses nothing of it', async () => {
    const frame = Buffer.from(tooMany);
    const service = await upgradedWith((key) =>
      Buffer.concat([
        Buffer.from(taken(key)),
        Buffer.from([0x81, 126, frame.length >> 8, frame.length & 255]),
        frame,
      ]),
    );
    expect(await refusalOf(sendTo(service))).toMatchObject({ code: 'upstream_rate_limited' });
  });

  it('to which nobody listens is unavailable', async () => {
    const { server } = await serve(() => undefined);
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    expect(await refusalOf(sendTo({ url: `ws://127.0.0.1:${port}` }))).toMatchObject({
      code: 'upstream_unavailable',
    });
  });
});

describe('a service that fails', () => {
  it('in silence at the upgrade is given up at the deadline', async () => {
    const service = await upgradedWith(() => undefined);
    expect(await refusalOf(sendTo(service, 100))).toMatchObject({ code: 'upstream_unavailable' });
  });

  it('in silence after configureSession is given up at the deadline, and its socket is closed', async () => {
    const service = await serveMessaging(() => undefined);
    expect(await refusalOf(sendTo(service, 600))).toMatchObject({ code: 'upstream_unavailable' });
    expect(service.actions()).toEqual(['configureSession']);
    expect(await service.closeCode(0)).toBe(1000);
  });

  it('with noise in place of an answer is given up at the deadline all the same', async () => {
    const service = await serveMessaging((_frame, socket) => {
      const noise = setInterval(() => {
        socket.send(serverFrame('StructuredMessage', {}, { tracingId: 'x' }));
      }, 5);
      socket.once('close', () => {
        clearInterval(noise);
      });
    });
    expect(await refusalOf(sendTo(service, 200))).toMatchObject({ code: 'upstream_unavailable' });
  });

  const ways: [string, (socket: WebSocket) => void][] = [
    ['closing', closing('')],
    [
      'vanishing',
      (socket) => {
        socket.terminate();
      },
    ],
    ['a frame that is too large', saying('x'.repeat(131_073))],
  ];
  it.each(
    ways.flatMap(([way, act]) =>
      ['configureSession', 'onMessage'].map((stage) => [way, stage, act] as const),
    ),
  )('by %s at %s is unavailable', async (_, stage, act) => {
    const service = await serveMessaging(at(stage, act));
    expect(await refusalOf(sendTo(service))).toMatchObject({ code: 'upstream_unavailable' });
  });

  it('is not called at all once the deadline has passed', async () => {
    const service = await serveMessaging();
    expect(await refusalOf(sendTo(service, -1))).toMatchObject({ code: 'upstream_unavailable' });
    expect(service.sockets).toEqual([]);
  });
});

/** All that an error says, to whomever: its words, its stack, and those of what caused it. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)} ${everythingIn(error.cause)}`;
}

describe("the guest's token", () => {
  const failing = async (): Promise<(MessagingService | { url: string })[]> => [
    await serveMessaging(at('onMessage', closing(token))),
    await serveMessaging(at('configureSession', saying(coded(400, token)))),
    await serveMessaging(at('onMessage', saying(coded(403, token)))),
    await serveMessaging(at('onMessage', saying(coded(4999, token)))),
    await upgradedWith(() => `HTTP/1.1 403 ${token}\r\nConnection: close\r\n\r\n`),
    await upgradedWith(() => `HTTP/1.1 ${token}\r\n\r\n`),
    { url: 'ws://127.0.0.1:1/v1' },
  ];

  it('stands in no error, whatever goes wrong', async () => {
    for (const service of await failing()) {
      expect(everythingIn(await refusalOf(sendTo(service, 1_000)))).not.toContain('secret');
    }
  });
});
