import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import { orgError } from '../org-error.ts';
import { PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Call } from './call.ts';
import { conversationNotFound, readBody, refusedWithout } from './call.ts';

/** `MessageTypingEventRequest` (§3.1). */
const typingRequest = z.object({
  typing: z.object({ type: z.literal('On'), duration: z.optional(z.int().check(z.gte(0))) }),
  dateSent: z.optional(z.iso.datetime({ offset: true })),
});

export const TYPING_PERMISSIONS = [PERMISSION.createMessage, PERMISSION.createWebMessage];

/** An agent, or a bot in its place, types: the guest is told (§3.1). */
export function postTyping({ params, caller, body }: Call, ports: OrgPorts): Answer {
  const { state, behaviour, agents } = ports;
  const refusal = refusedWithout(caller, TYPING_PERMISSIONS);
  if (refusal !== undefined) return refusal;
  if (caller.kind === 'service' && behaviour.typingByClientCredentials === 'refused') {
    const message =
      'This request requires a user context. Client credentials cannot be used for requests to this resource.';
    return orgError(400, 'bad.request', message);
  }
  const read = readBody(typingRequest, body);
  if (read.refusal) return read.refusal;
  const conversationId = params.get('conversationId') ?? '';
  const communicationId = params.get('communicationId') ?? '';
  if (state.conversation(conversationId) === undefined) return conversationNotFound(conversationId);
  const refused = refuseCommunication(conversationId, communicationId, ports);
  if (refused !== undefined) return refused;
  const { duration } = read.value.typing;
  agents.type(conversationId, behaviour.typingDuration === 'kept' ? duration : undefined);
  return { status: behaviour.typingStatus, body: undefined };
}

/** Undefined for the connected communication of an agent; how each other one is refused is settable. */
function refuseCommunication(
  conversationId: string,
  communicationId: string,
  { state, behaviour }: OrgPorts,
): Answer | undefined {
  const participants = state.conversation(conversationId)?.participants ?? [];
  const owner = participants.find((participant) => participant.communicationId === communicationId);
  if (owner === undefined) {
    const message = `The communication ${communicationId} is not in conversation ${conversationId}.`;
    return refusedWith(behaviour.unknownCommunicationStatus, message);
  }
  if (owner.state !== 'connected') {
    const message = `The communication ${communicationId} is disconnected.`;
    return refusedWith(behaviour.endedCommunicationStatus, message);
  }
  if (owner.purpose === 'customer') {
    return refusedWith(behaviour.customerCommunicationStatus, 'The communication is not that of an agent.');
  }
  return undefined;
}

const CODES = new Map([
  [403, 'not.authorized'],
  [404, 'not.found'],
  [409, 'conflict'],
]);

function refusedWith(status: number, message: string): Answer {
  // Below 400 it is the silence that users report of wrong ids elsewhere.
  return status < 400
    ? { status, body: undefined }
    : orgError(status, CODES.get(status) ?? 'bad.request', message);
}
