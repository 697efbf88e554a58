import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Accepted } from './connect.ts';
import type { Connection, LifeLimits } from './connections.ts';
import { openConnection } from './connections.ts';
import { FRAME_LIMITS } from './frames.ts';
import type { Messages } from './messages.ts';
import { makeShuffle } from './shuffle.ts';
import type { TraceEvent } from './trace.ts';

export interface HubOptions {
  readonly messages: Messages;
  readonly limits: LifeLimits;
  readonly clock: Clock;
  readonly trace: (event: TraceEvent) => void;
  /** See {@link makeShuffle}. */
  readonly random: (() => number) | undefined;
}

/** The open connections. */
export interface Hub {
  /** Gives an accepted client its socket. */
  readonly accept: (accepted: Accepted, request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly find: (connectionId: string) => Connection | undefined;
  /** Closes every connection with 1001; resolves when all have ended. */
  readonly closeAll: () => Promise<void>;
}

/** How long a client has to answer a close frame, in ms. */
const CLOSE_TIMEOUT_MS = 1000;

export function makeHub({ messages, limits, clock, trace, random }: HubOptions): Hub {
  const upgrade = makeUpgrade();
  const open = new Map<string, Connection>();
  const running = new Set<Connection>();

  function accept(
    { client, requestId, subprotocol }: Accepted,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const { connectionId } = client;
    const webSocket = upgrade(request, socket, head, subprotocol);
    if (webSocket === undefined) {
      // The client left while `$connect` ran: for the API the connection had begun.
      void messages.disconnected(client, 1006, '');
      return;
    }
    const shuffle = makeShuffle<() => unknown>((deliver) => deliver(), clock, random);
    const connection = openConnection({
      webSocket,
      socket,
      client,
      limits,
      clock,
      onMessage: (from, body) => {
        shuffle(() => messages.dispatch(from, body));
      },
      onGone: () => open.delete(connectionId),
      onEnd: (ended, code, reason) => {
        running.delete(ended);
        void messages.disconnected(client, code, reason);
      },
    });
    open.set(connectionId, connection);
    running.add(connection);
    const { principalId } = client.authorizer ?? {};
    const who = principalId === undefined ? {} : { principalId: String(principalId) };
    trace({ kind: 'connect', at: clock.now(), connectionId, requestId, routeKey: '$connect', ...who });
  }

  return {
    accept,
    find: (connectionId) => open.get(connectionId),
    closeAll: async () => {
      for (const connection of open.values()) connection.close(1001, 'Going away');
      await Promise.all([...running].map((connection) => connection.ended));
    },
  };
}

type Upgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  subprotocol: string | undefined,
) => WebSocket | undefined;

/** Makes the end of the handshake; undefined when the client is no longer there. */
function makeUpgrade(): Upgrade {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_LIMITS.messageBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    // What `$connect` answered stands in the response, and nothing is chosen for it: see below.
    handleProtocols: () => false as const,
  };
  const server = new WebSocketServer(settings);
  server.on('headers', (headers, request) => {
    const subprotocol = subprotocols.get(request);
    if (subprotocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  });
  return (request, socket, head, subprotocol) => {
    if (subprotocol !== undefined) subprotocols.set(request, subprotocol);
    let upgraded: WebSocket | undefined;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      upgraded = webSocket;
    });
    return upgraded;
  };
}
