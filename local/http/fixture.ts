import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** For tests: a socket to a server, for what no client sends. */
export async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** For tests: sends these bytes as they are, and gives the whole answer as text. */
export async function exchange(url: string, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = await open(url);
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, resolve));
  }
  return text(socket);
}
