import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import { startEventStream } from '../../http/event-stream.ts';
import { faultSchema } from '../faults.ts';
import type { Call, ControlPorts, ControlRoute } from './call.ts';
import { ControlError, conversationOf, ok, parse, recordsQuery } from './call.ts';
import { clientRoutes } from './clients.ts';
import { conversationRoutes } from './conversations.ts';
import { guestRoutes } from './guests.ts';
import { settingRoutes } from './settings.ts';

const faultsSchema = z.strictObject({ faults: z.array(faultSchema) });
const scopeQuery = z.strictObject({ scope: z.optional(z.string()) });
const socketsQuery = z.strictObject({ conversationId: z.optional(z.string()) });
const closeSchema = z.strictObject({ conversationId: z.string(), how: z.enum(['close', 'terminate']) });

/** The control API; its 404 lists it. */
export const controlRoutes: readonly ControlRoute[] = [
  ...guestRoutes,
  ...clientRoutes,
  ...conversationRoutes,
  ...settingRoutes,
  { method: 'GET', path: '/control/messages', handle: findMessages },
  { method: 'GET', path: '/control/deliveries', handle: findDeliveries },
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

async function findMessages({ query, gone }: Call, { journal }: ControlPorts): Promise<Answer> {
  const { records, last } = await journal.find(parse(recordsQuery, query), gone);
  return ok({ messages: records, last });
}

async function findDeliveries({ query, gone }: Call, { webhook }: ControlPorts): Promise<Answer> {
  const { records, last } = await webhook.deliveries.find(parse(recordsQuery, query), gone);
  return ok({ deliveries: records, last });
}

/** A conversation, or a deployment for upgrades of web messaging; undefined for all scopes. */
function scopeOf(query: Record<string, string>, ports: ControlPorts): string | undefined {
  const { scope } = parse(scopeQuery, query);
  if (scope !== undefined && ports.deployments.get(scope) === undefined) conversationOf(scope, ports);
  return scope;
}

function replaceFaults({ query, body }: Call, ports: ControlPorts): Answer {
  const scope = scopeOf(query, ports) ?? null;
  const { faults } = parse(faultsSchema, body);
  const isDeployment = ports.deployments.get(scope ?? '') !== undefined;
  for (const { on } of faults) {
    if (scope !== null && on === 'login') {
      throw new ControlError(400, 'a login belongs to no conversation: leave the scope out');
    }
    if (scope !== null && isDeployment !== (on === 'web-messaging-upgrade')) {
      throw new ControlError(400, 'the scope of web-messaging-upgrade is a deployment, and of no other');
    }
  }
  ports.faults.replace(scope, faults);
  return ok({ faults: ports.faults.list(scope) });
}

function closeSockets({ body }: Call, ports: ControlPorts): Answer {
  const { conversationId, how } = parse(closeSchema, body);
  conversationOf(conversationId, ports);
  return ok({ closed: ports.sockets.close(conversationId, how) });
}

function countSockets({ query }: Call, ports: ControlPorts): Answer {
  const { conversationId } = parse(socketsQuery, query);
  if (conversationId !== undefined) conversationOf(conversationId, ports);
  return ok(ports.sockets.count(conversationId));
}

function streamEvents({ response, gone }: Call, { onEvent }: ControlPorts): undefined {
  gone.addEventListener('abort', onEvent(startEventStream(response, ': watching')));
}
