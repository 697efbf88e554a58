import { createServer } from 'node:http';
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

export interface GatewayOptions {
  readonly template: Template;
  /** 0 takes a free one. */
  readonly port: number;
  readonly invoke: Invoke;
  /** Epoch ms. */
  readonly clock?: () => number;
  readonly onTrace?: (event: TraceEvent) => void;
  /** From 0 up to 1: messages that come together are handled in an order drawn from it, as may happen on AWS. */
  readonly random?: () => number;
  /** AWS's own by default: 10 minutes and 2 hours. */
  readonly limits?: Partial<LifeLimits>;
}

export interface Gateway {
  /** `ws://127.0.0.1:<port>/<stage>` */
  readonly url: string;
  /** `http://127.0.0.1:<port>/<stage>`: where `@connections` is. */
  readonly callbackUrl: string;
  /** Closes every socket with 1001 and runs no more functions; resolves when the port is free. */
  readonly close: () => Promise<void>;
}

/**
 * Runs the template's WebSocket API on loopback as API Gateway would.
 * Rejects with the error of `listen` as it is, such as one with the code EADDRINUSE.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { template, invoke, clock = Date.now, onTrace: trace = () => undefined, random } = options;
  const { stage, routeSelectionExpression } = template.api;
  const selector = makeSelector(routeSelectionExpression);
  if (selector === undefined) throw new Error(`Cannot select routes by ${routeSelectionExpression}`);
  let closed = false;
  const call = makeCall({ template, invoke, clock, trace, closed: () => closed });
  const connect = makeConnect({ template, call, clock, trace });
  const messages = makeMessages({ template, selector, call, clock, trace });
  const hub = makeHub({ messages, limits: { ...LIFE_LIMITS, ...options.limits }, clock, trace, random });
  const server = createServer(makeManagement({ stage, find: hub.find, clock, trace }));
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
