import { randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import { parseJson } from '../../json.ts';
import { missingPermission, orgError } from '../org-error.ts';
import { PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Call, OrgAnswer } from './call.ts';
import { conversationNotFound, unauthenticated } from './call.ts';

/** The interfaces of the thread, its dead end included; none of them is in the published API. */

const stateBody = z.object({ state: z.string() });
const messageBody = z.object({ content: z.optional(z.string()), typingIndicator: z.optional(z.boolean()) });

export function createGuest(_call: Call, { state }: OrgPorts): OrgAnswer {
  const guest = state.createGuest();
  const { guestId, guestToken, conversationId, participantId, socketUrl } = guest;
  return {
    status: 200,
    body: { id: guestId, token: guestToken, conversationId, participantId, connection: { socketUrl } },
    guest,
  };
}

/** 200 and `delivered`, and `typingIndicator` shows nothing to anyone. */
export function postMessage({ caller, body }: Call, { state }: OrgPorts): Answer {
  if (caller.kind === 'service' || caller.kind === 'user') {
    return orgError(403, 'not.authorized', 'Only a guest posts its messages.');
  }
  if (caller.kind !== 'guest') return unauthenticated(caller);
  const message = messageBody.safeParse(parseJson(body));
  if (!message.success) return orgError(400, 'bad.request', 'The body is not a message.');
  const { content = '' } = message.data;
  if (content !== '') state.addMessage(caller.guest.conversationId, content);
  return { status: 200, body: { id: `msg-${randomUUID()}`, status: 'delivered' } };
}

export function setParticipantState({ params, caller, body }: Call, { state }: OrgPorts): Answer {
  const conversationId = params.get('conversationId') ?? '';
  if (caller.kind === 'service' || caller.kind === 'user') {
    const scope = PERMISSION.participantState;
    if (!caller.client.scopes.includes(scope)) return missingPermission(scope);
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
