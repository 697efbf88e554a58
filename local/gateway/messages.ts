import type { Clock } from '../clock.ts';
import type { Route, Template } from '../template/model.ts';
import { readAnswer } from './answers.ts';
import type { Call } from './call.ts';
import type { Connection } from './connections.ts';
import { makeRequestId } from './ids.ts';
import { disconnectEvent, messageEvent } from './lambda-events.ts';
import type { Selector } from './routes.ts';
import { selectRoute } from './routes.ts';
import type { TraceEvent } from './trace.ts';

export interface MessagesOptions {
  readonly template: Template;
  readonly selector: Selector;
  readonly call: Call;
  readonly clock: Clock;
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
    const requestId = makeRequestId();
    try {
      await handle(connection, body, requestId);
    } catch {
      connection.send(failure('Internal server error', connection, requestId));
    }
  }

  async function handle(connection: Connection, body: string, requestId: string): Promise<void> {
    const { connectionId } = connection.client;
    const route = selectRoute(routes, options.selector, body);
    const ids = { connectionId, requestId, ...(route === undefined ? {} : { routeKey: route.routeKey }) };
    trace({ kind: 'frame-in', at: clock.now(), ...ids, body });
    const text =
      route === undefined
        ? failure('Forbidden', connection, requestId)
        : await run(options, route, connection, { body, requestId });
    if (text === '' || !connection.send(text)) return;
    trace({ kind: 'frame-out', at: clock.now(), ...ids, body: text });
  }

  async function disconnected(client: Connection['client'], code: number, reason: string): Promise<void> {
    const { connectionId } = client;
    const requestId = makeRequestId();
    trace({ kind: 'disconnect', at: clock.now(), connectionId, requestId, status: code });
    const route = routes.get('$disconnect');
    if (route === undefined) return;
    const { functionId, routeKey, timeoutMs } = route;
    const event = disconnectEvent({ template, client, at: clock.now(), requestId }, code, reason);
    await call({ functionId, routeKey, connectionId, requestId, timeoutMs, event });
  }

  return { dispatch, disconnected };
}

/** The frame that the route gives, empty for none. */
async function run(
  { template, call, clock }: MessagesOptions,
  { functionId, routeKey, timeoutMs, returnsResponse }: Route,
  connection: Connection,
  { body, requestId }: { body: string; requestId: string },
): Promise<string> {
  const { client } = connection;
  const { connectionId } = client;
  const event = messageEvent({ template, client, at: clock.now(), requestId }, routeKey, body);
  const result = await call({ functionId, routeKey, connectionId, requestId, timeoutMs, event });
  const answer = result.ok ? readAnswer(result.value) : undefined;
  if (answer !== undefined) return returnsResponse ? answer.body : '';
  return failure('Internal server error', connection, requestId);
}

/** A frame of API Gateway's own. */
function failure(message: string, { client: { connectionId } }: Connection, requestId: string): string {
  return JSON.stringify({ message, connectionId, requestId });
}
