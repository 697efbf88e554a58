import type { Answer } from '../../http/answer.ts';
import { PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Conversation, Participant } from '../conversations.ts';
import type { Call } from './call.ts';
import { conversationNotFound, refusedWithout } from './call.ts';

/** `Conversation` of the published API with the fields by which a communication is checked (§7). */
export function getConversation({ params, caller }: Call, { state }: OrgPorts): Answer {
  const refusal = refusedWithout(caller, [PERMISSION.viewConversation]);
  if (refusal !== undefined) return refusal;
  const id = params.get('conversationId') ?? '';
  const conversation = state.conversation(id);
  if (conversation === undefined) return conversationNotFound(id);
  const participants = conversation.participants.map((participant) => describe(participant, conversation));
  return { status: 200, body: { id, participants, selfUri: `/api/v2/conversations/${id}` } };
}

function describe(participant: Participant, { channel }: Conversation): object {
  const { id, purpose, communicationId, state, connectedTime, endTime } = participant;
  const ended = endTime === undefined ? {} : { endTime };
  const disconnected = endTime === undefined ? {} : { disconnectedTime: endTime };
  return {
    id,
    purpose,
    startTime: connectedTime,
    connectedTime,
    ...ended,
    messages: [
      // What goes over it is told by `type`; the way in is the customer's, for every participant.
      { id: communicationId, state, type: channel, direction: 'inbound', connectedTime, ...disconnected },
    ],
  };
}
