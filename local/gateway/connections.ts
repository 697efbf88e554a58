import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { FRAME_LIMITS, makeFrameMeter } from './frames.ts';
import type { Client } from './lambda-events.ts';

/** An open socket, for as long as `@connections` can reach it. */
export interface Connection {
  readonly client: Client;
  /** Epoch ms of the last frame either way. */
  readonly lastActiveAt: () => number;
  /** Queues a text frame; false when the client is gone, or reads so slowly that it is ended here. */
  readonly send: (text: string) => boolean;
  readonly close: (code: number, reason?: string) => void;
  /** Resolves when the socket has ended. */
  readonly ended: Promise<void>;
}

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export interface LifeLimits {
  readonly idleMs: number;
  readonly lifeMs: number;
}
export const LIFE_LIMITS: LifeLimits = { idleMs: 10 * 60_000, lifeMs: 2 * 60 * 60_000 };

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly client: Client;
  readonly limits: LifeLimits;
  readonly clock: () => number;
  readonly onMessage: (connection: Connection, body: string) => void;
  /** The connection began to close: nothing can be sent to it any more. */
  readonly onGone: (connection: Connection) => void;
  readonly onEnd: (connection: Connection, code: number, reason: string) => void;
}

const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const TOO_LARGE = 1009;

/** What waits for a client that does not read, in bytes; beyond it the client counts as gone. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** Runs an accepted socket by API Gateway's limits. */
export function openConnection(options: ConnectionOptions): Connection {
  const { webSocket, client, clock } = options;
  let lastActiveAt = clock();
  let received = 0;
  let lastAccepted = Number.POSITIVE_INFINITY;
  let closedWith: { code: number; reason: string } | undefined;

  function close(code: number, reason = '', accepted = received): void {
    if (closedWith !== undefined) return;
    closedWith = { code, reason };
    lastAccepted = accepted;
    options.onGone(connection);
    webSocket.close(code, reason);
  }
  const timers = startTimers(options.limits, close);
  function touch(): void {
    lastActiveAt = clock();
    timers.touch();
  }
  function onMessage(data: RawData, isBinary: boolean): void {
    received += 1;
    if (received > lastAccepted) return;
    if (isBinary) close(UNSUPPORTED_DATA);
    else options.onMessage(connection, textOf(data));
  }
  const connection: Connection = {
    client,
    lastActiveAt: () => lastActiveAt,
    send: (text) => {
      const queued = closedWith === undefined && queueText(webSocket, text);
      if (queued) touch();
      return queued;
    },
    close,
    ended: new Promise((resolve) => {
      webSocket.once('close', (code, reason) => {
        timers.stop();
        options.onGone(connection);
        options.onEnd(connection, closedWith?.code ?? code, closedWith?.reason ?? reason.toString('utf8'));
        resolve();
      });
    }),
  };
  listen(options, {
    touch,
    onTooLarge: (before) => {
      close(TOO_LARGE, '', before);
    },
    onMessage,
  });
  return connection;
}

/** False when the socket is not open, or is ended here because its client does not read. */
function queueText(webSocket: WebSocket, text: string): boolean {
  if (webSocket.readyState !== webSocket.OPEN) return false;
  if (webSocket.bufferedAmount > MAX_UNREAD_BYTES) {
    webSocket.terminate();
    return false;
  }
  // A failure ends the connection, which says so by itself.
  webSocket.send(text, () => undefined);
  return true;
}

interface Listeners {
  readonly touch: () => void;
  readonly onTooLarge: (messagesBefore: number) => void;
  readonly onMessage: (data: RawData, isBinary: boolean) => void;
}

function listen({ webSocket, socket }: ConnectionOptions, { touch, onTooLarge, onMessage }: Listeners): void {
  // Before the listener of `ws`, so that a frame that is too large is met before its message is handed on.
  socket.prependListener('data', makeFrameMeter(FRAME_LIMITS, onTooLarge));
  webSocket.on('message', (data, isBinary) => {
    touch();
    onMessage(data, isBinary);
  });
  webSocket.on('ping', touch);
  webSocket.on('pong', touch);
  // A broken frame or a broken connection: `close` follows with its code.
  webSocket.on('error', () => undefined);
}

function startTimers(
  { idleMs, lifeMs }: LifeLimits,
  close: Connection['close'],
): { touch: () => void; stop: () => void } {
  const idle = setTimeout(close, idleMs, GOING_AWAY, 'Going away');
  const life = setTimeout(close, lifeMs, GOING_AWAY, 'Going away');
  return {
    touch: () => {
      idle.refresh();
    },
    stop: () => {
      clearTimeout(idle);
      clearTimeout(life);
    },
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}
