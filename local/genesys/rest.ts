import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Answer } from '../http/answer.ts';
import { send } from '../http/answer.ts';
import { readText } from '../http/body.ts';
import type { Match } from '../http/routing.ts';
import { match, parseTarget } from '../http/routing.ts';
import type { Fault, Kind } from './faults.ts';
import { faultAnswer } from './faults.ts';
import type { GuestRecord } from './guest-record.ts';
import { keepable } from './journal.ts';
import type { Caller } from './oauth.ts';
import { credentialOf } from './oauth.ts';
import { orgError } from './org-error.ts';
import type { OrgPorts } from './ports.ts';
import type { Call, OrgAnswer, RestRoute } from './rest-routes.ts';
import { GUEST_SCOPE, restRoutes, SERVICE_SCOPE, VIEW_PERMISSION } from './rest-routes.ts';

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
    const about = subject(found, caller, ports);

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
    const answer: OrgAnswer =
      faulty(fault, kind, caller) ??
      handle(found, body, segments !== undefined, { caller, authorization }, ports);
    record(answer.status, answer.guest && idsOf(answer.guest));
    send(response, {
      ...answer,
      headers: { 'ININ-Correlation-Id': randomUUID(), ...answer.headers },
    });
  };
}

function idsOf(guest: GuestRecord): { conversationId: string; guestId: string } {
  return { conversationId: guest.conversationId, guestId: guest.guestId };
}

function grantOf(form = ''): string {
  return new URLSearchParams(form).get('grant_type') ?? '';
}

/** Which conversation and guest a request is about: the path's, else the calling guest's. */
function subject(
  found: Match<RestRoute>,
  caller: Caller,
  { state }: OrgPorts,
): { conversationId?: string; guestId?: string } {
  const conversationId = found?.params.get('conversationId');
  if (conversationId === undefined) return caller.kind === 'guest' ? idsOf(caller.guest) : {};
  const guestId = state.conversation(conversationId)?.guestId;
  return guestId === undefined ? { conversationId } : { conversationId, guestId };
}

function faulty(fault: Fault | undefined, kind: Kind, caller: Caller): Answer | undefined {
  if (fault?.status === undefined) return undefined;
  const writing = caller.kind === 'guest' ? GUEST_SCOPE : SERVICE_SCOPE;
  return faultAnswer(fault, fault.status, kind, kind === 'conversation' ? VIEW_PERMISSION : writing);
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
