import { randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

import type { Answer } from '../http/answer.ts';
import type { Params, Route } from '../http/routing.ts';
import { parseJson } from '../json.ts';
import type { Kind } from './faults.ts';
import type { GuestRecord } from './guest-record.ts';
import type { Caller } from './oauth.ts';
import { missingPermission, orgError } from './org-error.ts';
import type { OrgPorts } from './ports.ts';

/** One request, read whole. */
export interface Call {
  params: Params;
  body: string;
  caller: Caller;
  authorization: string | undefined;
}

export interface RestRoute extends Route {
  kind: Kind;
  handle(call: Call, ports: OrgPorts): OrgAnswer;
}

/** An answer, and the guest that it made, if it did. */
export interface OrgAnswer extends Answer {
  guest?: GuestRecord;
}

export const GUEST_SCOPE = 'webmessaging:guest:write';
export const SERVICE_SCOPE = 'conversation:write';
export const VIEW_PERMISSION = 'conversation:communication:view';

const stateBody = z.object({ state: z.string() });
const messageBody = z.object({ content: z.optional(z.string()), typingIndicator: z.optional(z.boolean()) });

/** The interfaces of the org that answer with something else than 404. */
export const restRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/oauth/token',
    kind: 'login',
    handle: (call, ports) => ports.oauth.login(call.authorization, call.body),
  },
  // The thread names neither this path nor the field inside `connection`; both are this org's choice.
  { method: 'POST', path: '/api/v2/webmessaging/guests', kind: 'other', handle: createGuest },
  { method: 'POST', path: '/api/v2/webmessaging/guests/messages', kind: 'other', handle: postMessage },
  {
    method: 'POST',
    path: '/api/v2/conversations/:conversationId/participants/:participantId',
    kind: 'participant',
    handle: setParticipantState,
  },
  {
    method: 'GET',
    path: '/api/v2/conversations/:conversationId',
    kind: 'conversation',
    handle: getConversation,
  },
  { method: 'GET', path: '/api/v2/tokens/me', kind: 'other', handle: describeToken },
];

function createGuest(_call: Call, { state }: OrgPorts): OrgAnswer {
  const guest = state.createGuest();
  const { guestId, guestToken, conversationId, participantId, socketUrl } = guest;
  return {
    status: 200,
    body: { id: guestId, token: guestToken, conversationId, participantId, connection: { socketUrl } },
    guest,
  };
}

/** The thread's dead end: 200 and `delivered`, and `typingIndicator` shows nothing to anyone. */
function postMessage({ caller, body }: Call, { state }: OrgPorts): Answer {
  if (caller.kind === 'service') return orgError(403, 'not.authorized', 'Only a guest posts its messages.');
  if (caller.kind !== 'guest') return unauthenticated(caller);
  const message = messageBody.safeParse(parseJson(body));
  if (!message.success) return orgError(400, 'bad.request', 'The body is not a message.');
  const { content = '' } = message.data;
  if (content !== '') state.addMessage(caller.guest.conversationId, content);
  return { status: 200, body: { id: `msg-${randomUUID()}`, status: 'delivered' } };
}

function setParticipantState({ params, caller, body }: Call, { state }: OrgPorts): Answer {
  const conversationId = params.get('conversationId') ?? '';
  if (caller.kind === 'service') {
    if (!caller.client.scopes.includes(SERVICE_SCOPE)) return missingPermission(SERVICE_SCOPE);
  } else if (caller.kind !== 'guest') {
    return unauthenticated(caller);
  } else if (caller.guest.conversationId !== conversationId) {
    return orgError(403, 'not.authorized', 'A guest acts in its own conversation only.');
  }
  const conversation = state.conversation(conversationId);
  if (conversation === undefined) return conversationNotFound(conversationId);
  const wanted = stateBody.safeParse(parseJson(body));
  if (!wanted.success) return orgError(400, 'bad.request', 'The body needs a state.');
  // The thread: a participant of another conversation, or of none, fails in silence.
  const participant = conversation.participants.find(({ id }) => id === params.get('participantId'));
  if (participant?.purpose === 'customer') state.setTyping(conversationId, wanted.data.state === 'typing');
  return { status: 200, body: {} };
}

function getConversation({ params, caller }: Call, { state }: OrgPorts): Answer {
  const id = params.get('conversationId') ?? '';
  if (caller.kind !== 'service' && caller.kind !== 'guest') return unauthenticated(caller);
  if (caller.kind === 'guest' || !caller.client.scopes.includes(VIEW_PERMISSION)) {
    return missingPermission(VIEW_PERMISSION);
  }
  const conversation = state.conversation(id);
  if (conversation === undefined) return conversationNotFound(id);
  const participants = conversation.participants.map(({ communicationId, ...participant }) => ({
    ...participant,
    messages: [{ id: communicationId, state: 'connected' }],
  }));
  return { status: 200, body: { id, participants } };
}

/** TokenInfo of platform-client-sdk-javascript, index.d.ts: every field is optional, and no expiry is among them. */
function describeToken({ caller }: Call): Answer {
  if (caller.kind !== 'service') return unauthenticated(caller);
  const { clientId, scopes } = caller.client;
  return { status: 200, body: { OAuthClient: { id: clientId, scope: scopes } } };
}

function unauthenticated(caller: Caller): Answer {
  return caller.kind === 'unknown'
    ? orgError(401, 'bad.credentials', 'Invalid login credentials.')
    : orgError(
        401,
        'authentication.required',
        'No authentication bearer token specified in authorization header.',
      );
}

function conversationNotFound(id: string): Answer {
  return orgError(404, 'conversation.error.conversation.not.found', `The conversation ${id} was not found.`);
}
