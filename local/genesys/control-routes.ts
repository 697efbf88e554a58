import type { ServerResponse } from 'node:http';

import * as z from 'zod/mini';

import type { Answer } from '../http/answer.ts';
import { startEventStream } from '../http/event-stream.ts';
import type { Params, Route } from '../http/routing.ts';
import { faultSchema } from './faults.ts';
import type { OrgListener } from './org-events.ts';
import type { OrgPorts } from './ports.ts';
import type { GuestSockets } from './socket.ts';

export interface ControlPorts extends OrgPorts {
  sockets: GuestSockets;
  onEvent: (listener: OrgListener) => () => void;
}

export interface Call {
  params: Params;
  query: Record<string, string>;
  /** Parsed JSON; undefined when there was none. */
  body: unknown;
  response: ServerResponse;
  /** Aborted when the caller left. */
  gone: AbortSignal;
}

export interface ControlRoute extends Route {
  /** Answers undefined when it keeps the response and writes to it. */
  handle(call: Call, ports: ControlPorts): Answer | Promise<Answer> | undefined;
}

/** A call that is refused; the message says what is wrong with it. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const whole = (least: number, most: number): z.ZodMiniType<number> =>
  z.coerce.number().check(z.int(), z.gte(least), z.lte(most));

const scopesSchema = z.strictObject({ scopes: z.array(z.string().check(z.minLength(1))) });
const faultsSchema = z.strictObject({ faults: z.array(faultSchema) });
const scopeQuery = z.strictObject({ scope: z.optional(z.string()) });
const socketsQuery = z.strictObject({ conversationId: z.optional(z.string()) });
const closeSchema = z.strictObject({ conversationId: z.string(), how: z.enum(['close', 'terminate']) });
const messagesQuery = z.strictObject({
  after: z._default(whole(0, Number.MAX_SAFE_INTEGER), 0),
  conversationId: z.optional(z.string()),
  waitMs: z._default(whole(0, 30_000), 0),
  count: z._default(whole(1, 100_000), 1),
});

/** The control API; its 404 lists it. */
export const controlRoutes: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/control/guests',
    handle: (_call, { state }) => ({ status: 201, body: state.createGuest() }),
  },
  {
    method: 'GET',
    path: '/control/guests',
    handle: (_call, { state }) => ok({ guests: state.guests() }),
  },
  {
    method: 'POST',
    path: '/control/clients',
    handle: ({ body }, { oauth }) => ({
      status: 201,
      body: oauth.createClient(parse(scopesSchema, body).scopes),
    }),
  },
  { method: 'PUT', path: '/control/clients/:clientId', handle: changeClient },
  {
    method: 'POST',
    path: '/control/tokens/revoke',
    handle: (_call, { oauth }) => ok({ revoked: oauth.revoke() }),
  },
  {
    method: 'GET',
    path: '/control/conversations/:conversationId',
    handle: ({ params }, ports) => ok(conversation(params.get('conversationId') ?? '', ports)),
  },
  {
    method: 'GET',
    path: '/control/messages',
    handle: async ({ query, gone }, { journal }) => ok(await journal.find(parse(messagesQuery, query), gone)),
  },
  { method: 'GET', path: '/control/events', handle: streamEvents },
  { method: 'PUT', path: '/control/faults', handle: replaceFaults },
  {
    method: 'DELETE',
    path: '/control/faults',
    handle: ({ query }, ports) => ok({ removed: ports.faults.remove(scopeOf(query, ports)) }),
  },
  {
    method: 'GET',
    path: '/control/faults',
    handle: ({ query }, ports) => ok({ faults: ports.faults.list(scopeOf(query, ports)) }),
  },
  { method: 'POST', path: '/control/sockets/close', handle: closeSockets },
  { method: 'GET', path: '/control/sockets', handle: countSockets },
];

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function parse<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  if (value === undefined) throw new ControlError(400, 'a JSON body is needed');
  const parsed = schema.safeParse(value, { error: z.locales.en().localeError });
  if (!parsed.success) throw new ControlError(400, z.prettifyError(parsed.error));
  return parsed.data;
}

function conversation(conversationId: string, { state }: ControlPorts): object {
  const found = state.conversation(conversationId);
  if (found === undefined) throw new ControlError(404, `no conversation ${conversationId}`);
  return found;
}

/** Undefined for all scopes. */
function scopeOf(query: Record<string, string>, ports: ControlPorts): string | undefined {
  const { scope } = parse(scopeQuery, query);
  if (scope !== undefined) conversation(scope, ports);
  return scope;
}

function changeClient({ params, body }: Call, { oauth }: ControlPorts): Answer {
  const client = oauth.client(params.get('clientId') ?? '');
  if (client === undefined) throw new ControlError(404, 'no such client');
  client.scopes = parse(scopesSchema, body).scopes;
  return ok({ clientId: client.clientId, scopes: client.scopes });
}

function replaceFaults({ query, body }: Call, ports: ControlPorts): Answer {
  const scope = scopeOf(query, ports) ?? null;
  const { faults } = parse(faultsSchema, body);
  if (scope !== null && faults.some(({ on }) => on === 'login')) {
    throw new ControlError(400, 'a login belongs to no conversation: leave the scope out');
  }
  ports.faults.replace(scope, faults);
  return ok({ faults: ports.faults.list(scope) });
}

function closeSockets({ body }: Call, ports: ControlPorts): Answer {
  const { conversationId, how } = parse(closeSchema, body);
  conversation(conversationId, ports);
  return ok({ closed: ports.sockets.close(conversationId, how) });
}

function countSockets({ query }: Call, ports: ControlPorts): Answer {
  const { conversationId } = parse(socketsQuery, query);
  if (conversationId !== undefined) conversation(conversationId, ports);
  return ok(ports.sockets.count(conversationId));
}

function streamEvents({ response, gone }: Call, { onEvent }: ControlPorts): undefined {
  gone.addEventListener('abort', onEvent(startEventStream(response, ': watching')));
}
