import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { serve } from '../../test/http-server.ts';
import { refusalOf } from '../../test/refusal.ts';
import { makeSockets } from './sockets.ts';

/** More than the relay takes in one message: 128 KB, what API Gateway takes as well. */
const TOO_LARGE = 'x'.repeat(131_073);

const deadline = 20_000;
const wsOf = (url: string): string => url.replace('http', 'ws');

function makeGuestSockets() {
  const sockets = makeSockets(() => 0);
  onTestFinished(sockets.close);
  return sockets;
}

it('a socket URL that redirects leads nowhere else: the host rule saw the first host only', async () => {
  const elsewhere = await serve(() => ({ status: 200 }));
  const { url, seen } = await serve(() => ({ status: 302, headers: { location: wsOf(elsewhere.url) } }));
  const refusal = await refusalOf(makeGuestSockets().send(wsOf(url), '{}', deadline));
  expect(refusal.code).toMatch(/^upstream_/);
  expect(seen).toHaveLength(1);
  expect(elsewhere.seen).toEqual([]);
});

it('a socket whose far side sends a message that is too large is cut off, and the next frame goes over a new one', async () => {
  const { url, server } = await serve(() => ({ status: 404 }));
  const wss = new WebSocketServer({ server });
  const opened: WebSocket[] = [];
  const frames: string[] = [];
  wss.on('connection', (socket) => {
    opened.push(socket);
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
  });
  onTestFinished(() => {
    wss.close();
  });
  const sockets = makeGuestSockets();
  await sockets.send(wsOf(url), 'one', deadline);
  const [first] = await vi.waitUntil(() => opened.length > 0 && opened);
  const code = new Promise((resolve) => first?.once('close', resolve));
  first?.send(TOO_LARGE);
  // Message Too Big, RFC 6455 section 7.4.1.
  expect(await code).toBe(1009);
  await sockets.send(wsOf(url), 'two', deadline);
  await vi.waitUntil(() => frames.length === 2, { timeout: 10_000 });
  expect(opened).toHaveLength(2);
});
