import { once } from 'node:events';
import WebSocket from 'ws';
import { openSocket, write } from '../../functions/ports/open-socket.ts';
import { makeSockets } from '../../functions/ports/sockets.ts';
import { UPSTREAM_DEADLINE_MS } from '../../functions/relay/constants.ts';
import { unavailable } from '../../functions/relay/errors.ts';
import type { SenderName } from './messages.ts';

/** One way to send a frame on a guest's socket. */
export interface Sender {
  send: (url: string, text: string) => Promise<void>;
  /** Closes what is open. */
  forget: () => void;
}

/** Ours: the product's own sockets, kept from message to message. */
function kept(now: () => number): Sender {
  let sockets = makeSockets(now);
  return {
    send: (url, text) => sockets.send(url, text, now() + UPSTREAM_DEADLINE_MS),
    forget() {
      sockets.close();
      sockets = makeSockets(now);
    },
  };
}

/** Ours, a socket for each message: the product's own opening and writing, and its close awaited. */
const reconnect: Sender = {
  async send(url, text) {
    const refused = (status: number): ReturnType<typeof unavailable> =>
      unavailable(new Error(`the upgrade was answered with ${status}`));
    const socket = await openSocket({ url, refused }, UPSTREAM_DEADLINE_MS);
    await write(socket, text, UPSTREAM_DEADLINE_MS);
    socket.close(1000);
    await once(socket, 'close');
  },
  forget: () => undefined,
};

/** A socket for each message as samples have it: send and close on open. */
const sample: Sender = {
  send: (url, text) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.on('open', () => {
        socket.send(text);
        socket.close();
      });
      socket.on('close', () => {
        resolve();
      });
      socket.on('error', reject);
    }),
  forget: () => undefined,
};

/** What people write around a socket in module scope: sent on while it counts as open, else opened anew. */
function checked(): Sender {
  let socket: WebSocket | undefined;
  return {
    async send(url, text) {
      if (socket?.readyState !== WebSocket.OPEN) {
        socket = new WebSocket(url);
        await once(socket, 'open');
        // An error that nobody listens to would end the process.
        socket.on('error', () => undefined);
      }
      const current = socket;
      await new Promise<void>((resolve, reject) => {
        current.send(text, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    },
    forget() {
      socket?.close();
      socket = undefined;
    },
  };
}

/** All of them. @param now epoch milliseconds */
export const makeSenders = (now: () => number): Record<SenderName, Sender> => ({
  kept: kept(now),
  checked: checked(),
  reconnect,
  sample,
});
