import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
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
  /** Ends it with no close frame, as a network does that vanishes. */
  readonly cut: () => void;
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
  readonly clock: Clock;
  readonly onMessage: (connection: Connection, body: string) => void;
  /** The connection began to close: nothing can be sent to it any more. */
  readonly onGone: (connection: Connection) => void;
  readonly onEnd: (connection: Connection, code: number, reason: string) => void;
}

const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const TOO_LARGE = 1009;
const PROTOCOL_ERROR = 1002;

/** github.com/websockets/ws/blob/8.23.0/lib/receiver.js: any other is a `PROTOCOL_ERROR`, and sizes are looked at here. */
const WS_ERROR_CODES: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
]);

/** What waits for a client that does not read, in bytes; beyond it the client counts as gone. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** Runs an accepted socket by API Gateway's limits. */
export function openConnection(options: ConnectionOptions): Connection {
  const { webSocket, client, clock } = options;
  let lastActiveAt = clock.now();
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
  const stopTimers = startTimers(
    options,
    () => lastActiveAt,
    () => {
      close(GOING_AWAY, 'Going away');
    },
  );
  function touch(): void {
    lastActiveAt = clock.now();
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
    cut: () => {
      webSocket.terminate();
    },
    ended: new Promise((resolve) => {
      webSocket.once('close', (code, reason) => {
        stopTimers();
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
    onBroken: close,
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
  /** Told the code that the client is sent for bytes that are no WebSocket. */
  readonly onBroken: (code: number) => void;
  readonly onMessage: (data: RawData, isBinary: boolean) => void;
}

function listen({ webSocket, socket }: ConnectionOptions, listeners: Listeners): void {
  const { touch, onTooLarge, onBroken, onMessage } = listeners;
  // Before the listener of `ws`, so that a frame that is too large is met before its message is handed on.
  socket.prependListener('data', makeFrameMeter(FRAME_LIMITS, onTooLarge));
  webSocket.on('message', (data, isBinary) => {
    touch();
    onMessage(data, isBinary);
  });
  webSocket.on('ping', touch);
  webSocket.on('pong', touch);
  webSocket.on('error', (error) => {
    const code = brokenCode(error);
    if (code !== undefined) onBroken(code);
  });
}

/** The code that `ws` closes with for a frame it cannot take; undefined for a broken connection, whose end follows. */
function brokenCode(error: Error): number | undefined {
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('WS_ERR_') ? (WS_ERROR_CODES.get(code) ?? PROTOCOL_ERROR) : undefined;
}

/**
 * Calls `end` when the connection was idle for its time or its life is over; answers what calls that off.
 * A frame sets no timer: the one of the idle time looks again when it rings, or thousands of busy clients would cost.
 */
function startTimers(
  { limits: { idleMs, lifeMs }, clock }: ConnectionOptions,
  lastActiveAt: () => number,
  end: () => void,
): () => void {
  let callOffIdle = (): void => undefined;
  function watchIdle(): void {
    const left = lastActiveAt() + idleMs - clock.now();
    if (left <= 0) end();
    else callOffIdle = clock.after(left, watchIdle);
  }
  watchIdle();
  const callOffLife = clock.after(lifeMs, end);
  return () => {
    callOffIdle();
    callOffLife();
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}
