import { randomUUID } from 'node:crypto';
import type WebSocket from 'ws';
import { REFUSAL_WAIT_MS, SOCKET_CLOSE_MS, SOCKET_IDLE_MS } from '../relay/constants.ts';
import { RelayError, unavailable } from '../relay/errors.ts';
import { digest, type WebMessagingMessage } from '../relay/upstream.ts';
import { makeKeptSockets } from './kept-sockets.ts';
import { type Meaning, meaningOf } from './messaging-frames.ts';
import { openSocket, tooManySockets, write } from './open-socket.ts';

/** Speaks to web messaging as the guest. */
export interface WebMessaging {
  /**
   * Sends a message on the guest's session, and waits for a moment whether it is refused: nothing else is answered.
   * @param deadline epoch milliseconds, for all of it
   * @throws RelayError with a reason; `session_ended` where nothing more must be sent for this session
   */
  send: (message: WebMessagingMessage, deadline: number) => Promise<void>;
  /** Closes what is kept open. */
  close: () => void;
}

export interface WebMessagingPorts {
  /** `wss://webmessaging.{domain}/v1` */
  url: string;
  /** The Origin of the upgrade, where the deployment restricts its domains; the bare host of `url` without it. */
  origin: string | undefined;
  /** Whether a socket stays open for the session's next message. It takes one of the three that a token may have. */
  keep: boolean;
  now: () => number;
}

/** What came in on a socket that nobody has looked at yet. */
interface Session {
  /** The next meaning that `wanted` takes; undefined when none came before the deadline. @throws what was refused */
  wait: (wanted: (meaning: NonNullable<Meaning>) => boolean, until: number) => Promise<Meaning>;
}

/** By default a socket is opened, used and closed in one go: a frozen environment would keep the guest's slot taken. */
export function makeWebMessaging(ports: WebMessagingPorts): WebMessaging {
  const { now } = ports;
  const kept = makeKeptSockets(now);
  const sessions = new WeakMap<WebSocket, Session>();
  const usedAt = new WeakMap<WebSocket, number>();
  /** Sessions that ended while their socket was kept, by key, until that is told: they are not connected to again. */
  const over = new Map<string, { error: RelayError; at: number }>();
  const keyOf = ({ deploymentId, token }: WebMessagingMessage): string => digest([deploymentId, token]);

  /** What was told to nobody for as long as a socket is kept is forgotten: a guest who returns has the same token. */
  function endOf(key: string): RelayError | undefined {
    for (const [other, { at }] of over) if (now() - at >= SOCKET_IDLE_MS) over.delete(other);
    return over.get(key)?.error;
  }

  /** Genesys' own clients close with 1000 then, and do not come back (MessagingClientImpl.kt). */
  const leaveEnded = (message: WebMessagingMessage, socket: WebSocket) => (error: RelayError) => {
    if (!ports.keep || error.code !== 'session_ended') return;
    // By its last use, since an environment that was frozen reads of the end long after: the guest may be back by then.
    over.set(keyOf(message), { error, at: usedAt.get(socket) ?? now() });
    socket.close(1000);
  };

  async function open(message: WebMessagingMessage, deadline: number): Promise<WebSocket> {
    // Looked at here and no sooner: an environment that was frozen reads of the end while it pings.
    const ended = endOf(keyOf(message));
    if (ended) throw ended;
    const { deploymentId, token } = message;
    const url = `${ports.url}?deploymentId=${encodeURIComponent(deploymentId)}&application=typing-relay`;
    const listenOn = (socket: WebSocket): void => {
      sessions.set(socket, listen(socket, now, leaveEnded(message, socket)));
    };
    const target = { url, origin: ports.origin, refused, listen: listenOn };
    const socket = await openSocket(target, deadline - now());
    try {
      const frame = {
        action: 'configureSession',
        deploymentId,
        token,
        startNew: false,
        tracingId: randomUUID(),
      };
      await write(socket, JSON.stringify(frame), deadline - now());
      if (!(await sessions.get(socket)?.wait(({ is }) => is === 'ready', deadline)))
        throw new Error('the session was not configured before the deadline');
      return socket;
    } catch (error) {
      await end(socket);
      throw asRelayError(error);
    }
  }

  async function say(
    socket: WebSocket,
    { token, message }: WebMessagingMessage,
    deadline: number,
  ): Promise<void> {
    const tracingId = randomUUID();
    const frame = { token, tracingId, action: 'onMessage', message };
    usedAt.set(socket, now());
    try {
      await write(socket, JSON.stringify(frame), deadline - now());
      const heard = (meaning: NonNullable<Meaning>): boolean =>
        meaning.is === 'heard' && meaning.tracingId === tracingId;
      await sessions.get(socket)?.wait(heard, Math.min(deadline, now() + REFUSAL_WAIT_MS));
    } catch (error) {
      throw asRelayError(error);
    }
  }

  async function sendKept(message: WebMessagingMessage, deadline: number): Promise<void> {
    const key = keyOf(message);
    try {
      await kept.use(
        key,
        () => open(message, deadline),
        deadline,
        (socket) => say(socket, message, deadline),
      );
    } catch (error) {
      throw endOf(key) ?? error;
    } finally {
      over.delete(key);
    }
  }

  async function sendOnce(message: WebMessagingMessage, deadline: number): Promise<void> {
    const socket = await open(message, deadline);
    await say(socket, message, deadline).finally(() => end(socket));
  }

  return {
    send: ports.keep ? sendKept : sendOnce,
    close: kept.close,
  };
}

/** Reads a socket from its first frame on, so that what comes between two messages is not lost. */
function listen(socket: WebSocket, now: () => number, onRefusal: (error: RelayError) => void): Session {
  const unread: NonNullable<Meaning>[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  socket.on('message', (data: Buffer, isBinary) => {
    const meaning = isBinary ? undefined : meaningOf(data.toString());
    if (!meaning) return;
    if (meaning.is === 'refused') onRefusal(meaning.error);
    unread.push(meaning);
    wake?.();
  });
  socket.once('close', () => {
    closed = true;
    wake?.();
  });

  async function next(until: number): Promise<Meaning> {
    const first = unread.shift();
    if (first || closed || until <= now()) return first;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, until - now());
    });
    clearTimeout(timer);
    wake = undefined;
    return unread.shift();
  }

  return {
    async wait(wanted, until) {
      for (;;) {
        const meaning = await next(until);
        if (meaning?.is === 'refused') throw meaning.error;
        if (!meaning && closed) throw new Error('the guest socket was closed');
        if (!meaning || wanted(meaning)) return meaning;
      }
    },
  };
}

/** Closes a socket and waits until the far side has seen it: only then is the guest's slot free. */
async function end(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, SOCKET_CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1000);
  });
  socket.terminate();
}

const asRelayError = (error: unknown): RelayError =>
  error instanceof RelayError ? error : unavailable(error);

/** What a refused upgrade means: a deployment and an Origin that are refused cannot be told apart (UrlsTest.kt, 403). */
function refused(status: number, retryAfter: string | undefined): RelayError {
  const cause = new Error(`the upgrade was answered with ${status}`);
  if (status === 429) return tooManySockets(retryAfter, cause);
  if (status < 400 || status >= 500) return unavailable(cause);
  return new RelayError(
    'upstream_rejected',
    'Web messaging refused the connection. Check that deploymentId in the ticket is an active deployment of this region, ' +
      'and that its allowed domains take the Origin that the relay sends (webMessagingOrigin).',
    { reason: 'deployment_refused', cause },
  );
}
