import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { RelayError, unavailable } from '../relay/errors.ts';
import { retryAfterMs } from './http.ts';

export interface SocketTarget {
  url: string;
  /** Genesys' own clients send the bare host (genesys-messenger-transport-mobile-sdk, PlatformSocket.kt): the default. */
  origin?: string | undefined;
  /** What a refused upgrade means to whoever holds the ticket. */
  refused: (status: number, retryAfter: string | undefined) => RelayError;
  /** Gets the socket before it opens: a frame may come with the answer to the upgrade. */
  listen?: (socket: WebSocket) => void;
  /** Stands in for the network. */
  createConnection?: (() => Duplex) | undefined;
}

/** Remembers TLS sessions by host: opened again, a socket is spared the certificates, and before TLS 1.3 a round trip. */
const tls = new Agent();

/**
 * Opens a socket within `ms`, TCP, TLS and upgrade together: ws' own time-out starts anew with every byte.
 * @throws RelayError `upstream_unavailable`, or what `refused` makes of the answer
 */
export function openSocket(target: SocketTarget, ms: number): Promise<WebSocket> {
  const { url, origin, refused, listen, createConnection } = target;
  // A timer of no time at all may still come after the socket has opened.
  if (ms <= 0) return Promise.reject(unavailable(new Error('the deadline had passed')));
  return new Promise((resolve, reject) => {
    const { hostname, protocol } = new URL(url);
    const socket = new WebSocket(url, {
      headers: { Origin: origin ?? hostname, 'User-Agent': 'typing-relay' },
      ...(protocol === 'wss:' && { agent: tls }),
      ...(createConnection && { createConnection }),
      // Typing frames are tiny: a compressor would cost memory for each socket and save nothing.
      perMessageDeflate: false,
      maxPayload: 131_072,
      followRedirects: false,
    });
    listen?.(socket);
    const timer = setTimeout(() => {
      fail(unavailable(new Error('the socket did not open in time')));
    }, ms);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.terminate();
      reject(error);
    };
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
      fail(refused(statusCode, headers['retry-after']));
    });
    // Stays for good: an 'error' that nobody listens to ends the process, and one may come with the very first bytes.
    socket.on('error', (cause) => {
      fail(unavailable(cause));
    });
    socket.once('open', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

/** What 429 on an upgrade means, whatever the socket is for. */
export function tooManySockets(retryAfter: string | undefined, cause: Error): RelayError {
  const message = 'Genesys refuses new sockets for now. Wait before typing again.';
  return new RelayError('upstream_rate_limited', message, { retryAfterMs: retryAfterMs(retryAfter), cause });
}

/** Resolves once the text is handed to the operating system. @throws Error when it is not within `ms` */
export function write(socket: WebSocket, text: string, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new Error('the socket did not take the frame in time'));
      },
      Math.max(0, ms),
    );
    socket.send(text, (error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
}
