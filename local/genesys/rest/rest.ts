import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Answer } from '../../http/answer.ts';
import { send } from '../../http/answer.ts';
import { readText } from '../../http/body.ts';
import type { Match } from '../../http/routing.ts';
import { match, parseTarget } from '../../http/routing.ts';
import type { Fault, Kind } from '../faults.ts';
import { faultAnswer } from '../faults.ts';
import type { GuestRecord } from '../guest-record.ts';
import { keepable } from '../journal.ts';
import type { Caller } from '../oauth.ts';
import { credentialOf } from '../oauth.ts';
import { orgError } from '../org-error.ts';
import { GUEST_SCOPE, PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Spent } from '../quota.ts';
import { REQUESTS_PER_MINUTE } from '../quota.ts';
import type { Call, OrgAnswer, RestRoute } from './call.ts';
import { restRoutes } from './routes.ts';
import { TYPING_PERMISSIONS } from './typing.ts';

/** Answers a request to the org's own REST interfaces; rejects when the client left or the org was closed. */
export function makeRest(
  ports: OrgPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const at = new Date().toISOString();
    const { method = '' } = request;
    const { path, segments } = parseTarget(request.url);
    const found = segments && match(restRoutes, method, segments);
    const { authorization } = request.headers;
    const body = await readText(request);
    const caller = ports.oauth.identify(authorization);
    const kind = found !== undefined && 'route' in found ? found.route.kind : 'other';
    const about = subject(found, body ?? '', caller, ports);

    const record = (status: number, ids = about): void => {
      const login = path === '/oauth/token';
      ports.journal.record({
        at,
        via: login ? 'login' : 'rest',
        method,
        path,
        status,
        // Of a login only the grant is kept: the form may hold a secret.
        body: login ? `grant_type=${grantOf(body)}` : keepable(body ?? '', credentialOf(authorization)),
        ...ids,
        authorization: caller.kind,
      });
    };

    const fault = ports.faults.take(kind, about.conversationId);
    if (fault?.delayMs !== undefined) await ports.wait(fault.delayMs);
    if (fault?.drop === true) {
      record(0);
      request.socket.destroy();
      return;
    }
    const spent = spend(caller);
    const answer: OrgAnswer =
      faulty(fault, kind, caller) ??
      exhausted(spent) ??
      handle(found, body, segments !== undefined, { caller, authorization }, ports);
    record(answer.status, answer.guest && idsOf(answer.guest));
    send(response, {
      ...answer,
      headers: { 'ININ-Correlation-Id': randomUUID(), ...limitHeaders(spent), ...answer.headers },
    });
  };
}

function idsOf(guest: GuestRecord): { conversationId: string; guestId: string } {
  return { conversationId: guest.conversationId, guestId: guest.guestId };
}

function grantOf(form = ''): string {
  return new URLSearchParams(form).get('grant_type') ?? '';
}

/** Which conversation and guest a request is about: the body's or path's, else the calling guest's. */
function subject(
  found: Match<RestRoute>,
  body: string,
  caller: Caller,
  ports: OrgPorts,
): { conversationId?: string; guestId?: string } {
  const { state } = ports;
  const guest =
    found && 'route' in found ? found.route.about?.({ params: found.params, body }, ports) : undefined;
  if (guest !== undefined) return idsOf(guest);
  const conversationId = found?.params.get('conversationId');
  if (conversationId === undefined) return caller.kind === 'guest' ? idsOf(caller.guest) : {};
  const guestId = state.conversation(conversationId)?.guestId;
  return guestId === undefined ? { conversationId } : { conversationId, guestId };
}

/** Every request counts, also one that is refused; guests and logins have no part in it (§5.3). */
function spend(caller: Caller): Spent | undefined {
  if (caller.kind !== 'service' && caller.kind !== 'user') return undefined;
  return caller.token.quota.spend(caller.client.requestsPerMinute ?? REQUESTS_PER_MINUTE);
}

function limitHeaders(spent: Spent | undefined): Record<string, string> {
  if (spent === undefined) return {};
  return {
    'inin-ratelimit-count': String(spent.count),
    'inin-ratelimit-allowed': String(spent.allowed),
    'inin-ratelimit-reset': String(spent.resetSeconds),
  };
}

function exhausted(spent: Spent | undefined): Answer | undefined {
  if (spent?.over !== true) return undefined;
  const seconds = String(spent.resetSeconds);
  const message = `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`;
  return orgError(429, 'too.many.requests', message, { headers: { 'Retry-After': seconds } });
}

function faulty(fault: Fault | undefined, kind: Kind, caller: Caller): Answer | undefined {
  if (fault?.status === undefined) return undefined;
  return faultAnswer(fault, fault.status, kind, permissionOf(kind, caller));
}

/** What a 403 names when the fault does not say. */
function permissionOf(kind: Kind, caller: Caller): string {
  if (kind === 'conversation') return PERMISSION.viewConversation;
  if (kind === 'typing') return TYPING_PERMISSIONS.join(', ');
  if (kind === 'open-event') return PERMISSION.receiveMessage;
  return caller.kind === 'guest' ? GUEST_SCOPE : PERMISSION.participantState;
}

function handle(
  found: Match<RestRoute>,
  body: string | undefined,
  readable: boolean,
  sender: Pick<Call, 'caller' | 'authorization'>,
  ports: OrgPorts,
): OrgAnswer {
  if (!readable) return orgError(400, 'bad.request', 'The path is not well encoded.');
  if (found === undefined) return orgError(404, 'not.found', 'The requested resource was not found.');
  if ('allow' in found) {
    const headers = { Allow: found.allow.join(', ') };
    return orgError(405, 'method.not.allowed', `Allowed here: ${headers.Allow}`, { headers });
  }
  if (body === undefined) return orgError(413, 'request.entity.too.large', 'The body is over 1 MB.');
  return found.route.handle({ ...sender, params: found.params, body }, ports);
}
