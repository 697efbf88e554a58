import * as z from 'zod/mini';

/** What a guest's own client and the relay need to know of it. */
export const guestRecord = z.object({
  guestId: z.string(),
  guestToken: z.string(),
  conversationId: z.string(),
  /** The guest's participant in the conversation. */
  participantId: z.string(),
  agentParticipantId: z.string(),
  /** From the connection object of the guest creation response, as the thread says. */
  socketUrl: z.string(),
});
export type GuestRecord = z.infer<typeof guestRecord>;
