import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { answerBrokenRequests } from '../http/broken-requests.ts';
import type { Invoke } from '../lambda/environments.ts';
import { listen, trackSockets } from '../listen.ts';
import type { Template } from '../template/model.ts';
import { makeCall } from './call.ts';
import { makeConnect } from './connect.ts';
import type { LifeLimits } from './connections.ts';
import { LIFE_LIMITS } from './connections.ts';
import { makeHub } from './hub.ts';
import { makeManagement } from './management.ts';
import { makeMessages } from './messages.ts';
import { makeSelector } from './routes.ts';
import type { TraceEvent } from './trace.ts';

export interface GatewayLimits extends LifeLimits {
  /** How long a client may take over the head of its request. AWS documents no such limit; this is Node.js's own. */
  readonly headMs: number;
}
const LIMITS: GatewayLimits = { ...LIFE_LIMITS, headMs: 60_000 };

export interface GatewayOptions {
  readonly template: Template;
  /** 0 takes a free one. */
  readonly port: number;
  readonly invoke: Invoke;
  readonly clock?: Clock;
  readonly onTrace?: (event: TraceEvent) => void;
  /** From 0 up to 1: messages that come together are handled in an order drawn from it, as may happen on AWS. */
  readonly random?: () => number;
  readonly limits?: Partial<GatewayLimits>;
}

export interface Gateway {
  /** `ws://127.0.0.1:<port>/<stage>` */
  readonly url: string;
  /** `http://127.0.0.1:<port>/<stage>`: where `@connections` is. */
  readonly callbackUrl: string;
  /** Ends a client's connection as a network does that vanishes; false where there is none. */
  readonly cut: (connectionId: string) => boolean;
  /** Closes every socket with 1001 and runs no more functions; resolves when the port is free. */
  readonly close: () => Promise<void>;
}

/**
 * Runs the template's WebSocket API on loopback as API Gateway would.
 * Rejects with the error of `listen` as it is, such as one with the code EADDRINUSE.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { template, invoke, clock = systemClock, onTrace: trace = () => undefined, random } = options;
  const limits = { ...LIMITS, ...options.limits };
  const { stage, routeSelectionExpression } = template.api;
  const selector = makeSelector(routeSelectionExpression);
  if (selector === undefined) throw new Error(`Cannot select routes by ${routeSelectionExpression}`);
  let closed = false;
  const call = makeCall({ template, invoke, clock, trace, closed: () => closed });
  const connect = makeConnect({ template, call, clock, trace });
  const messages = makeMessages({ template, selector, call, clock, trace });
  const hub = makeHub({ messages, limits, clock, trace, random });
  const server = makeServer(limits.headMs, makeManagement({ stage, find: hub.find, clock, trace }));
  const sockets = trackSockets(server);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    void connect(request, socket).then((accepted) => {
      if (accepted !== undefined && !closed) hub.accept(accepted, request, socket, head);
    });
  });
  const host = await listen(server, options.port);
  return {
    url: `ws://${host}/${stage}`,
    callbackUrl: `http://${host}/${stage}`,
    cut: (connectionId) => {
      const connection = hub.find(connectionId);
      connection?.cut();
      return connection !== undefined;
    },
    close: async () => {
      closed = true;
      const freed = new Promise((resolve) => server.close(resolve));
      await hub.closeAll();
      // What is left: keep-alive callers and clients that wait for `$connect`.
      for (const socket of sockets) socket.destroy();
      await freed;
    },
  };
}

/** `headMs` is looked at as often as Node.js does by itself, or oftener where it is short. */
function makeServer(headMs: number, listener: RequestListener): Server {
  const connectionsCheckingInterval = Math.min(30_000, headMs);
  const server = createServer({ headersTimeout: headMs, connectionsCheckingInterval }, listener);
  // What is over a count that Node.js sets by itself would be left out in silence.
  server.maxHeadersCount = 0;
  answerBrokenRequests(server);
  return server;
}
