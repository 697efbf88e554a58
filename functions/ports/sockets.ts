import WebSocket from 'ws';
import { SOCKET_IDLE_MS, SOCKET_PING_AFTER_MS, SOCKET_PONG_MS, SOCKETS_MAX } from '../relay/constants.ts';
import { RelayError, unavailable } from '../relay/errors.ts';
import { retryAfterMs } from './http.ts';

/** Guest sockets that stay open between the messages of one environment. */
export interface Sockets {
  /**
   * Sends one text frame on the socket at `url`, which is opened when it is not open yet.
   * @param deadline epoch milliseconds, for all of it
   * @throws RelayError `upstream_unavailable`, `upstream_rejected`, `upstream_rate_limited`, `session_ended`
   */
  send: (url: string, text: string, deadline: number) => Promise<void>;
  /** Closes every socket. */
  close: () => void;
}

interface Kept {
  socket: WebSocket;
  /** When the far side last gave a sign, or was last written to; epoch milliseconds. */
  usedAt: number;
}

/** Genesys' own clients send the bare host as Origin (genesys-messenger-transport-mobile-sdk, PlatformSocket.kt). */
const headersFor = (url: URL): Record<string, string> => ({
  Origin: url.hostname,
  'User-Agent': 'typing-relay',
});

/**
 * Keeps sockets by URL, the most recently used last. While an environment is frozen it neither reads a close nor
 * answers a ping, so a socket that was idle for long is pinged before use, and opened anew, once, if it is dead.
 * @param now epoch milliseconds
 */
export function makeSockets(now: () => number): Sockets {
  const kept = new Map<string, Kept>();

  function drop(url: string, entry: Kept): void {
    if (kept.get(url) === entry) kept.delete(url);
    entry.socket.terminate();
  }

  /** Runs at each use and not by a timer: a frozen environment has no timers. */
  function closeIdle(): void {
    for (const [url, { socket, usedAt }] of kept) {
      const tooMany = kept.size > SOCKETS_MAX;
      if (!tooMany && now() - usedAt < SOCKET_IDLE_MS) continue;
      kept.delete(url);
      socket.close(1000);
    }
  }

  async function open(url: string, deadline: number): Promise<Kept> {
    const socket = await openSocket(url, deadline - now());
    const entry = { socket, usedAt: now() };
    socket.once('close', () => {
      drop(url, entry);
    });
    kept.set(url, entry);
    return entry;
  }

  async function usable(url: string, deadline: number): Promise<Kept> {
    const entry = kept.get(url);
    if (!entry) return open(url, deadline);
    const idle = now() - entry.usedAt;
    const alive =
      entry.socket.readyState === WebSocket.OPEN &&
      (idle < SOCKET_PING_AFTER_MS ||
        (await answersPing(entry.socket, Math.min(SOCKET_PONG_MS, deadline - now()))));
    if (alive) return entry;
    drop(url, entry);
    return open(url, deadline);
  }

  return {
    async send(url, text, deadline) {
      const entry = await usable(url, deadline);
      await write(entry.socket, text, deadline - now()).catch((error: unknown) => {
        drop(url, entry);
        throw unavailable(error);
      });
      entry.usedAt = now();
      kept.delete(url);
      kept.set(url, entry);
      closeIdle();
    },
    close() {
      for (const { socket } of kept.values()) socket.close(1000);
      kept.clear();
    },
  };
}

/** Opens a socket within `ms`, TCP, TLS and upgrade together: ws' own time-out starts anew with every byte. */
function openSocket(url: string, ms: number): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: headersFor(new URL(url)),
      // Typing frames are tiny: a compressor would cost memory for each socket and save nothing.
      perMessageDeflate: false,
      maxPayload: 131_072,
      followRedirects: false,
    });
    const timer = setTimeout(
      () => {
        fail(unavailable(new Error('the socket did not open before the deadline')));
      },
      Math.max(0, ms),
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.terminate();
      reject(error);
    };
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
      fail(refusedUpgrade(statusCode, headers['retry-after']));
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

/** What a refused upgrade means to whoever holds the ticket. */
function refusedUpgrade(status: number, retryAfter: string | undefined): RelayError {
  const cause = new Error(`the upgrade was answered with ${status}`);
  if (status === 429) {
    const message = 'Genesys refuses new sockets for now. Wait before typing again.';
    return new RelayError('upstream_rate_limited', message, {
      retryAfterMs: retryAfterMs(retryAfter),
      cause,
    });
  }
  if (status === 404 || status === 410) {
    return new RelayError('session_ended', 'The guest session is over. Create a guest and a ticket anew.', {
      cause,
    });
  }
  if (status >= 400 && status < 500) {
    const message =
      'Genesys refused the guest socket. Take its URL, whole, from the connection object of the guest creation ' +
      'response; if it is right, the guest session has ended.';
    return new RelayError('upstream_rejected', message, { reason: 'bad_credentials', cause });
  }
  return unavailable(cause);
}

/** Resolves once the frame is handed to the operating system. */
function write(socket: WebSocket, text: string, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new Error('the socket did not take the frame before the deadline'));
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

function answersPing(socket: WebSocket, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (alive: boolean) => () => {
      clearTimeout(timer);
      socket.off('pong', onPong);
      socket.off('close', onClose);
      resolve(alive);
    };
    const onPong = end(true);
    const onClose = end(false);
    const timer = setTimeout(onClose, Math.max(0, ms));
    socket.once('pong', onPong);
    socket.once('close', onClose);
    socket.ping();
  });
}
