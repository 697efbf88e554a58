import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { portOf, serve } from '../../test/http-server.ts';
import { refusalOf } from '../../test/refusal.ts';
import { makeSockets } from './sockets.ts';

/** A guest socket server, with what it saw; and the port under test with a clock that the test moves. */
async function guestSocket() {
  const { server, url } = await serve(() => ({ status: 404 }));
  const wss = new WebSocketServer({ server, autoPong: false });
  const opened: WebSocket[] = [];
  const requests: IncomingMessage[] = [];
  const frames: string[] = [];
  wss.on('connection', (socket, request) => {
    opened.push(socket);
    requests.push(request);
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    socket.on('ping', (data) => {
      if (answersPings) socket.pong(data);
    });
  });
  let answersPings = true;
  const clock = { now: 0 };
  const sockets = makeSockets(() => clock.now);
  onTestFinished(() => {
    sockets.close();
    wss.close();
  });
  const at = (path: string): string => `${url.replace('http', 'ws')}/${path}`;
  return {
    opened,
    requests,
    clock,
    sockets,
    at,
    mutePings: () => (answersPings = false),
    /** From now on upgrades are refused. */
    refuse: (status: number) => {
      server.removeAllListeners('upgrade');
      server.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
    },
    send: (text: string, path = 'guest') => sockets.send(at(path), text, clock.now + 2_000),
    /** The frames so far, once there are so many. */
    received: (count: number) =>
      vi.waitUntil(() => (frames.length >= count ? frames : undefined), { timeout: 5_000 }),
  };
}

/** The code with which a socket closes. */
async function closed(socket: WebSocket | undefined): Promise<number> {
  if (!socket) throw new Error('no such socket was opened');
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('a guest socket', () => {
  it('is opened for the first frame and kept for the next', async () => {
    const { send, received, opened } = await guestSocket();
    await send('one');
    await send('two');
    expect(await received(2)).toEqual(['one', 'two']);
    expect(opened).toHaveLength(1);
  });

  it("says where it comes from as Genesys' own clients do", async () => {
    const { send, requests } = await guestSocket();
    await send('one');
    expect(requests[0]?.headers.origin).toBe('127.0.0.1');
  });

  it('belongs to one URL', async () => {
    const { send, opened } = await guestSocket();
    await send('one', 'guest-1');
    await send('two', 'guest-2');
    expect(opened).toHaveLength(2);
  });

  it('that the far side closed is opened anew, and nothing is lost', async () => {
    const { send, received, opened } = await guestSocket();
    await send('one');
    opened[0]?.close();
    await closed(opened[0]);
    await send('two');
    expect(await received(2)).toEqual(['one', 'two']);
  });

  it('that was idle for long is pinged, and kept when it answers', async () => {
    const { send, received, opened, clock } = await guestSocket();
    await send('one');
    clock.now += 6_000;
    await send('two');
    expect(await received(2)).toEqual(['one', 'two']);
    expect(opened).toHaveLength(1);
  });

  it.each([
    ['a second', 1_000],
    ['six', 6_000],
  ])('that answers no ping after %s counts as dead: its frame goes over a new one as well', async (_, ms) => {
    const { send, received, opened, clock, mutePings } = await guestSocket();
    await send('one');
    mutePings();
    clock.now += ms;
    await send('two');
    expect(await received(3)).toEqual(['one', 'two', 'two']);
    expect(opened).toHaveLength(2);
  });

  it('that answers no ping, and that is refused anew, leaves it open whether the frame was shown', async () => {
    const { send, received, opened, clock, mutePings, refuse } = await guestSocket();
    await send('one');
    mutePings();
    refuse(429);
    clock.now += 6_000;
    expect((await refusalOf(send('two'))).code).toBe('upstream_unavailable');
    expect(await received(2)).toEqual(['one', 'two']);
    expect(opened).toHaveLength(1);
  });

  it('that was idle for a minute is closed at the next message of anybody', async () => {
    const { send, opened, clock } = await guestSocket();
    await send('one', 'guest-1');
    clock.now += 60_000;
    await send('two', 'guest-2');
    expect(await closed(opened[0])).toBe(1000);
  });

  it('is one of fifty at most: the one that was idle for longest makes room', async () => {
    const { send, opened } = await guestSocket();
    for (let guest = 0; guest <= 50; guest++) await send('on', `guest-${guest}`);
    await closed(opened[0]);
    const open = opened.filter((socket) => socket.readyState === socket.OPEN);
    expect(open).toHaveLength(50);
  });
});

describe('a socket that cannot be had', () => {
  const refusing = async (head: string) => {
    const { server, url } = await serve(() => ({ status: 200 }));
    server.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${head}\r\nConnection: close\r\n\r\n`));
    const sockets = makeSockets(Date.now);
    return sockets.send(url.replace('http', 'ws'), 'frame', Date.now() + 2_000);
  };

  it.each([
    ['401 Unauthorized', { code: 'upstream_rejected', reason: 'bad_credentials' }],
    ['403 Forbidden', { code: 'upstream_rejected', reason: 'bad_credentials' }],
    ['404 Not Found', { code: 'session_ended' }],
    ['410 Gone', { code: 'session_ended' }],
    ['429 Too Many Requests\r\nRetry-After: 4', { code: 'upstream_rate_limited', retryAfterMs: 4_000 }],
    ['503 Service Unavailable', { code: 'upstream_unavailable' }],
    ['302 Found\r\nLocation: ws://127.0.0.1:1/', { code: 'upstream_unavailable' }],
  ])('because of %j becomes %j', async (head, expected) => {
    expect(await refusalOf(refusing(head))).toMatchObject(expected);
  });

  it('because it opens byte by byte is given up at the deadline all the same', async () => {
    const { server, url } = await serve(() => undefined);
    server.on('upgrade', (_request, socket) => {
      const dripping = setInterval(() => socket.write('H'), 20);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearInterval(dripping);
        });
      socket.write('HTTP/1.1 101 Switching Protocols\r\nX-Drip: ');
    });
    const sending = makeSockets(Date.now).send(url.replace('http', 'ws'), 'frame', Date.now() + 200);
    expect(await refusalOf(sending)).toMatchObject({ code: 'upstream_unavailable' });
  });

  it('because its first bytes are no frames is a refusal and not the end of the process', async () => {
    const { server, url } = await serve(() => undefined);
    server.on('upgrade', ({ headers }, socket) => {
      const accept = createHash('sha1').update(
        `${headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
      );
      socket.on('error', () => undefined);
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0xf1, 0x00])]));
    });
    // Whether the frame still went out before the socket broke is chance; that somebody listens is not.
    await makeSockets(Date.now)
      .send(url.replace('http', 'ws'), 'frame', Date.now() + 2_000)
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'upstream_unavailable' });
      });
  });

  it('because nobody answers is given up at the deadline', async () => {
    const { server, url } = await serve(() => undefined);
    server.on('upgrade', () => undefined);
    const sending = makeSockets(Date.now).send(url.replace('http', 'ws'), 'frame', Date.now() + 100);
    expect(await refusalOf(sending)).toMatchObject({ code: 'upstream_unavailable' });
  });

  it('because nobody listens is unavailable', async () => {
    const { server } = await serve(() => undefined);
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const sending = makeSockets(Date.now).send(`ws://127.0.0.1:${port}`, 'frame', Date.now() + 2_000);
    expect(await refusalOf(sending)).toMatchObject({ code: 'upstream_unavailable' });
  });
});
