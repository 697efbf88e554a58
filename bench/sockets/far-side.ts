import { once } from 'node:events';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import { listen } from '../../local/listen.ts';
import type { Certificate } from '../measure/certificate.ts';
import { nowMs } from './clock.ts';

/** The last version of TLS, and the one before, which some far sides still speak. */
export const TLS_VERSIONS = ['TLSv1.3', 'TLSv1.2'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export interface Arrival {
  path: string;
  text: string;
  /** {@link nowMs} */
  at: number;
}

export interface Connection {
  path: string;
  /** Whether its TLS session was taken up again. */
  isResumed: boolean;
  /** That came on it so far. */
  pings: number;
}

/** Where guests' sockets end: it writes down what comes. */
export interface FarSide {
  port: number;
  arrivals: readonly Arrival[];
  /** Every connection so far. */
  connections: readonly Connection[];
  /** Resolves when all that is under way on the newest socket has arrived, both ways, or that socket is closed. */
  settled: () => Promise<void>;
  /** Sends a close frame on all sockets. */
  sayGoodbye: () => void;
  /** Resolves when no socket is open. */
  allClosed: () => Promise<void>;
  close: () => Promise<void>;
}

/** @param version the only one that it speaks */
export async function startFarSide({ key, cert }: Certificate, version: TlsVersion): Promise<FarSide> {
  const server = createServer({ key, cert, minVersion: version, maxVersion: version });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const arrivals: Arrival[] = [];
  const connections: Connection[] = [];
  sockets.on('connection', (socket, { url, socket: tcp }) => {
    const path = url ?? '';
    const connection = { path, isResumed: tcp instanceof TLSSocket && tcp.isSessionReused(), pings: 0 };
    connections.push(connection);
    socket.on('ping', () => {
      connection.pings += 1;
    });
    socket.on('message', (data: Buffer) => {
      arrivals.push({ path, text: data.toString(), at: nowMs() });
    });
    // A connection that breaks is what some of this is about.
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  const host = await listen(server, 0);
  return {
    port: Number(new URL(`https://${host}`).port),
    arrivals,
    connections,
    async settled() {
      const newest = [...sockets.clients].at(-1);
      if (!newest) return;
      // The first answer comes behind all that the client had sent; the second says that it has what we said to that.
      await answersPing(newest);
      await answersPing(newest);
    },
    sayGoodbye() {
      for (const socket of sockets.clients) socket.close(1001);
    },
    async allClosed() {
      await Promise.all([...sockets.clients].map((socket) => once(socket, 'close')));
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Resolves when it has answered, or is closed. */
function answersPing(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('pong', end);
      socket.off('close', end);
      resolve();
    };
    socket.on('pong', end);
    socket.on('close', end);
    if (socket.readyState === socket.CLOSED) end();
    else socket.ping();
  });
}
