import { readAnswer } from './answers.ts';
import type { Call } from './call.ts';
import type { Connection } from './connections.ts';
import { disconnectEvent, messageEvent } from './events.ts';
import { makeRequestId } from './ids.ts';
import type { Route, Template } from './model.ts';
import type { Selector } from './routes.ts';
import { selectRoute } from './routes.ts';
import type { TraceEvent } from './trace.ts';

export interface MessagesOptions {
  readonly template: Template;
  readonly selector: Selector;
  readonly call: Call;
  readonly clock: () => number;
  readonly trace: (event: TraceEvent) => void;
}

export interface Messages {
  /** Hands one message to its route; what comes back is a frame. Never rejects. */
  readonly dispatch: (connection: Connection, body: string) => Promise<void>;
  /** Tells `$disconnect`, once; its answer goes nowhere. Never rejects. */
  readonly disconnected: (client: Connection['client'], code: number, reason: string) => Promise<void>;
}

/** Makes what runs for a connection's messages and for its end. */
export function makeMessages(options: MessagesOptions): Messages {
  const { template, call, clock, trace } = options;
  const { routes } = template.api;

  async function dispatch(connection: Connection, body: string): Promise<void> {
    const { connectionId } = connection.client;
    const requestId = makeRequestId();
    const route = selectRoute(routes, options.selector, body);
    const routeKey = route === undefined ? {} : { routeKey: route.routeKey };
    trace({ kind: 'frame-in', at: clock(), connectionId, ...routeKey, body });
    const text =
      route === undefined
        ? JSON.stringify({ message: 'Forbidden', connectionId, requestId })
        : await run(route, connection, body, requestId);
    if (text === '' || !(await connection.send(text))) return;
    trace({ kind: 'frame-out', at: clock(), connectionId, ...routeKey, body: text });
  }

  /** The frame that the route gives, empty for none. */
  async function run(route: Route, connection: Connection, body: string, requestId: string): Promise<string> {
    const { client } = connection;
    const { functionId, routeKey, timeoutMs, returnsResponse } = route;
    const event = messageEvent({ template, client, at: clock(), requestId }, routeKey, body);
    const result = await call({ functionId, routeKey, connectionId: client.connectionId, timeoutMs, event });
    const answer = result.ok ? readAnswer(result.value) : undefined;
    if (answer !== undefined) return returnsResponse ? answer.body : '';
    return JSON.stringify({ message: 'Internal server error', connectionId: client.connectionId, requestId });
  }

  async function disconnected(client: Connection['client'], code: number, reason: string): Promise<void> {
    const { connectionId } = client;
    trace({ kind: 'disconnect', at: clock(), connectionId, status: code });
    const route = routes.get('$disconnect');
    if (route === undefined) return;
    const { functionId, routeKey, timeoutMs } = route;
    const scope = { template, client, at: clock(), requestId: makeRequestId() };
    await call({
      functionId,
      routeKey,
      connectionId,
      timeoutMs,
      event: disconnectEvent(scope, code, reason),
    });
  }

  return { dispatch, disconnected };
}
