import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { type Answer, obliging, serveMessaging, serverFrame } from '../../test/messaging-service.ts';
import { refusalOf } from '../../test/refusal.ts';
import { makeWebMessaging } from './web-messaging.ts';

/** A relay that keeps its sockets open, with a clock that the test moves. */
async function setUp(answer?: Answer) {
  const service = await serveMessaging(answer);
  const clock = { now: 0 };
  const kept = makeWebMessaging({
    url: service.url,
    origin: undefined,
    keep: true,
    now: () => clock.now,
  });
  onTestFinished(kept.close);
  const send = (token = 'guest-1', deploymentId = 'd') =>
    kept.send({ via: 'web-messaging', deploymentId, token, message: {} }, clock.now + 2_000);
  return { ...service, clock, kept, send };
}

const CLOSED = serverFrame('ConnectionClosedEvent', {}, { type: 'message' });

/** The next message or close of a client's socket, for a test that has to know that something has arrived there. */
const pinged = (socket: WebSocket | undefined): Promise<void> =>
  new Promise((resolve) => {
    socket?.once('pong', () => {
      resolve();
    });
    socket?.ping();
  });

describe('a guest socket that is kept', () => {
  it('is configured once, and used for the next message', async () => {
    const { send, sockets, actions } = await setUp();
    await send();
    await send();
    expect(actions()).toEqual(['configureSession', 'onMessage', 'onMessage']);
    expect(sockets).toHaveLength(1);
  });

  it('belongs to one session: a token at one deployment', async () => {
    const { send, sockets } = await setUp();
    await send('guest-1', 'd-1');
    await send('guest-2', 'd-1');
    await send('guest-1', 'd-2');
    expect(sockets).toHaveLength(3);
  });

  it('that was idle gets a ping along, and is kept when it answers', async () => {
    const { send, sockets, clock } = await setUp();
    await send();
    clock.now += 6_000;
    await send();
    clock.now += 6_000;
    await send();
    expect(sockets).toHaveLength(1);
  });

  it('that left a ping unanswered is opened and configured anew with the message after, once', async () => {
    const { send, actions, sockets, clock, mutePings } = await setUp();
    await send();
    await pinged(sockets[0]);
    mutePings();
    clock.now += 6_000;
    await send();
    clock.now += 6_000;
    await send();
    expect(actions()).toEqual([
      'configureSession',
      'onMessage',
      'onMessage',
      'configureSession',
      'onMessage',
    ]);
    expect(sockets).toHaveLength(2);
  });

  it('that was idle for a minute is opened anew: whatever lies between may have forgotten it', async () => {
    const { send, sockets, clock, closeCode } = await setUp();
    await send();
    clock.now += 60_000;
    await send();
    expect(await closeCode(0)).toBe(1000);
    expect(sockets).toHaveLength(2);
  });

  it('that the far side closed without a word is opened anew', async () => {
    const { send, sockets, closeCode } = await setUp();
    await send();
    sockets[0]?.close(1001);
    await closeCode(0);
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('is one of fifty at most: the one that was idle for longest makes room', async () => {
    const { send, sockets, closeCode } = await setUp();
    for (let guest = 0; guest <= 50; guest++) await send(`guest-${guest}`);
    expect(await closeCode(0)).toBe(1000);
    expect(sockets.filter((socket) => socket.readyState === socket.OPEN)).toHaveLength(50);
  });

  it('is closed in order with all others when the relay is told to', async () => {
    const { send, kept, closeCode } = await setUp();
    await send('guest-1');
    await send('guest-2');
    kept.close();
    expect([await closeCode(0), await closeCode(1)]).toEqual([1000, 1000]);
  });
});

describe('a kept session that ends', () => {
  it('while it is idle is left at once, told with the next message, and never connected to for that', async () => {
    const { send, sockets, actions, closeCode } = await setUp();
    await send();
    sockets[0]?.send(CLOSED);
    expect(await closeCode(0)).toBe(1000);
    expect(await refusalOf(send())).toMatchObject({ code: 'session_ended', reason: 'connection_closed' });
    expect(sockets).toHaveLength(1);
    expect(actions()).toEqual(['configureSession', 'onMessage']);
  });

  it.each([
    ['just used', 1_000],
    ['idle, so that it is pinged', 6_000],
  ])('while the environment is frozen is not connected to again: %s', async (_, idle) => {
    const { send, sockets, clock } = await setUp();
    await send();
    const [socket] = sockets;
    // The relay has read neither when it sends: nothing was awaited in between.
    socket?.send(CLOSED);
    socket?.close(1000);
    clock.now += idle;
    expect(await refusalOf(send())).toMatchObject({ code: 'session_ended', reason: 'connection_closed' });
    expect(sockets).toHaveLength(1);
  });

  it.each(['SessionExpiredEvent', 'LogoutEvent'])('by %s while it is idle is told as well', async (name) => {
    const { send, sockets, closeCode } = await setUp();
    await send();
    sockets[0]?.send(serverFrame(name, {}, { type: 'message' }));
    await closeCode(0);
    expect(await refusalOf(send())).toMatchObject({ code: 'session_ended' });
  });

  it('may begin anew once that was told: a new connection has a new ticket', async () => {
    const { send, sockets, closeCode } = await setUp();
    await send();
    sockets[0]?.send(CLOSED);
    await closeCode(0);
    await refusalOf(send());
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('long after its last message says nothing of the session that a guest returns to', async () => {
    const { send, sockets, closeCode, clock } = await setUp();
    await send();
    // As after a freeze, in which nobody read of it.
    clock.now += 60_000;
    sockets[0]?.send(CLOSED);
    await closeCode(0);
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('and was told to nobody for a minute may begin anew: a guest who returns has the same token', async () => {
    const { send, sockets, closeCode, clock } = await setUp();
    await send();
    sockets[0]?.send(CLOSED);
    await closeCode(0);
    clock.now += 60_000;
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('says nothing of the session that is there now, where its socket was idle for too long', async () => {
    let refuses = false;
    const { send, sockets, clock } = await setUp((frame, socket) => {
      if (refuses) socket.send(serverFrame('string', 'no', { code: 403 }));
      else obliging(frame, socket);
    });
    await send();
    // Not read yet when the next message closes this socket, which was idle for too long.
    sockets[0]?.send(CLOSED);
    clock.now += 60_000;
    refuses = true;
    expect(await refusalOf(send())).toMatchObject({ reason: 'feature_disabled' });
  });

  it('ends for nobody else', async () => {
    const { send, sockets, closeCode } = await setUp();
    await send('guest-1');
    await send('guest-2');
    sockets[0]?.send(CLOSED);
    await closeCode(0);
    await send('guest-2');
    expect(sockets).toHaveLength(2);
  });
});

describe('a kept session that is refused', () => {
  it('a message is not kept: the next one begins anew', async () => {
    let refuses = true;
    const { send, sockets } = await setUp((frame, socket) => {
      if (frame.action === 'onMessage' && refuses) socket.send(serverFrame('string', 'no', { code: 403 }));
      else obliging(frame, socket);
    });
    expect(await refusalOf(send())).toMatchObject({ reason: 'feature_disabled' });
    refuses = false;
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('its configuration is not kept either', async () => {
    const { send, sockets, closeCode } = await setUp((_frame, socket) => {
      socket.send(serverFrame('SessionResponse', { connected: true, newSession: true }));
    });
    expect(await refusalOf(send())).toMatchObject({ reason: 'session_not_found' });
    expect(await closeCode(0)).toBe(1000);
    expect(await refusalOf(send())).toMatchObject({ reason: 'session_not_found' });
    expect(sockets).toHaveLength(2);
  });

  it('too late for the message that was meant is told with the next', async () => {
    const { send, sockets } = await setUp();
    await send();
    sockets[0]?.send(serverFrame('TooManyRequestsErrorMessage', { retryAfter: 3 }, { code: 429 }));
    await pinged(sockets[0]);
    expect(await refusalOf(send())).toMatchObject({ retryAfterMs: 3_000 });
  });
});
