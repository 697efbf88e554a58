import * as z from 'zod/mini';
import { RelayError } from '../relay/errors.ts';
import { defineUpstream } from '../relay/upstream.ts';
import { conversationQuestion, id, token } from './fields.ts';

/** The part of `GET /api/v2/conversations/{id}` that is read. Source: platform-client-sdk-javascript, Conversation. */
const conversation = z.object({ participants: z.array(z.object({ id: z.string() })) });

/**
 * The thread's second way: a POST of the participant's state, by a service account or with the guest's own token.
 * `typing` shows the bubble and `connected` ends it. `closed` is never sent: it shows nothing, and says that the
 * participant left. The published API has only PATCH at this path, so some orgs answer 405.
 */
export const participantState = defineUpstream({
  kind: 'participant-state',
  timing: 'held',
  session: z.object({
    kind: z.literal('participant-state'),
    conversationId: id,
    participantId: id,
    guestToken: z.optional(token),
  }),
  identity: ({ conversationId, participantId }) => [conversationId, participantId],
  message: (isTyping, { conversationId, participantId, guestToken }) => ({
    via: 'rest',
    method: 'POST',
    path: `/api/v2/conversations/${conversationId}/participants/${participantId}`,
    body: { routing: { priority: 0 }, state: isTyping ? 'typing' : 'connected' },
    bearer: guestToken === undefined ? undefined : { token: guestToken, owner: 'guest' },
    permission: guestToken === undefined ? 'conversation:write' : 'webmessaging:guest:write',
  }),
  // A participant of another conversation is answered 200 and shown nowhere (the thread), so it is asked first.
  // A guest's token may only write, so there nobody can be asked.
  check: ({ conversationId, participantId, guestToken }) =>
    guestToken === undefined
      ? {
          key: `participant-state ${conversationId}/${participantId}`,
          question: conversationQuestion(conversationId),
          judge(answer) {
            const parsed = conversation.safeParse(answer);
            if (!parsed.success || parsed.data.participants.some(({ id }) => id === participantId)) return;
            throw new RelayError(
              'upstream_rejected',
              'This participant does not belong to this conversation, so no typing would be shown. Put the id of the ' +
                'participant with purpose "customer" from GET /api/v2/conversations/{conversationId} into the ticket.',
              { reason: 'participant_mismatch' },
            );
          },
        }
      : undefined,
});
