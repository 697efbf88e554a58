import * as z from 'zod/mini';
import { EXPIRY_MS } from '../relay/constants.ts';
import { RelayError } from '../relay/errors.ts';
import { defineUpstream, digest } from '../relay/upstream.ts';
import { conversationQuestion, id, token } from './fields.ts';

/** The part of a conversation that is read. Source: platform-client-sdk-javascript, index.d.ts: Participant, Message. */
const communication = z.object({
  id: z.nullish(z.string()),
  state: z.nullish(z.string()),
  type: z.nullish(z.string()),
  disconnectedTime: z.nullish(z.string()),
});
const conversation = z.object({
  participants: z.array(
    z.object({
      purpose: z.nullish(z.string()),
      endTime: z.nullish(z.string()),
      messages: z.nullish(z.array(communication)),
    }),
  ),
});
type Conversation = z.infer<typeof conversation>;

/**
 * Published: an agent, or a bot in an agent's place, types to the guest. There is no "off": the bubble lapses after the
 * duration. The message communication must be the agent's own: with the guest's, nobody has been seen to type.
 * Source: platform-client-sdk-javascript, ConversationsApi.md; platform-client-sdk-java, MessageTypingEventRequest.md;
 * genesys-messenger-transport-mobile-sdk, whose tests post with the agent's user token.
 */
export const agentCommunication = defineUpstream({
  kind: 'agent-communication',
  timing: 'expiring',
  session: z.object({
    kind: z.literal('agent-communication'),
    conversationId: id,
    communicationId: id,
    userToken: z.optional(token),
  }),
  identity: ({ conversationId, communicationId }) => [conversationId, communicationId],
  message: (isTyping, { conversationId, communicationId, userToken }) =>
    isTyping
      ? {
          via: 'rest',
          method: 'POST',
          path: `/api/v2/conversations/messages/${conversationId}/communications/${communicationId}/typing`,
          body: { typing: { type: 'On', duration: EXPIRY_MS } },
          bearer: userToken === undefined ? undefined : { token: userToken, owner: 'agent' },
          permission: 'conversation:message:create',
        }
      : undefined,
  check: ({ conversationId, communicationId, userToken }) => ({
    key: digest(['agent-communication', conversationId, communicationId, userToken ?? '']),
    question: {
      ...conversationQuestion(conversationId),
      bearer: userToken === undefined ? undefined : { token: userToken, owner: 'agent' },
    },
    judge(answer) {
      const parsed = conversation.safeParse(answer);
      if (parsed.success) judge(parsed.data, communicationId);
    },
  }),
});

const TYPING_CHANNELS = new Set(['webmessaging', 'open']);

/** Whose the communication is, and whether it is still connected. @throws RelayError that says what to change */
function judge({ participants }: Conversation, communicationId: string): void {
  const owner = participants.find(({ messages }) => messages?.some(({ id }) => id === communicationId));
  const message = owner?.messages?.find(({ id }) => id === communicationId);
  if (!owner || !message) {
    throw new RelayError(
      'upstream_rejected',
      'This conversation has no message communication with this id. Take messages[].id (not the participant id) of the ' +
        'participant with purpose "agent" from GET /api/v2/conversations/{conversationId}.',
      { reason: 'communication_mismatch' },
    );
  }
  if (owner.purpose === 'customer') {
    throw new RelayError(
      'upstream_rejected',
      "This communication is the guest's own. To show the guest's typing use web-messaging or open-messaging; to show " +
        'the agent\'s, take messages[].id of the participant with purpose "agent".',
      { reason: 'communication_mismatch' },
    );
  }
  // Other channels take no typing, and say nothing about it (platform-client-sdk-java, Message.md).
  if (typeof message.type === 'string' && !TYPING_CHANNELS.has(message.type)) {
    throw new RelayError(
      'upstream_rejected',
      'This communication goes over a channel that shows no typing: only web messaging and open messaging do.',
      { reason: 'communication_mismatch' },
    );
  }
  // "terminated" is not in the published list, but looked for by Genesys' own tests (Conversations.kt).
  const stateEnded = message.state === 'disconnected' || message.state === 'terminated';
  if (stateEnded || [message.disconnectedTime, owner.endTime].some((time) => typeof time === 'string')) {
    throw new RelayError(
      'session_ended',
      'This communication is over: the agent left, or the conversation was transferred. Get a ticket with the ' +
        'communication of the agent who has it now.',
      { reason: 'communication_ended' },
    );
  }
  if (typeof message.state === 'string' && message.state !== 'connected') {
    throw new RelayError(
      'upstream_rejected',
      'This communication is not connected yet: the agent has not answered. Connect again once it is.',
      { reason: 'communication_mismatch' },
    );
  }
}
