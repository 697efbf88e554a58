import * as z from 'zod/mini';

/** What a conversation goes over, by the platform's names. */
export const channel = z.enum(['webmessaging', 'open']);
export type Channel = z.infer<typeof channel>;

/** What a guest's own client and the relay need to know of it. */
export const guestRecord = z.object({
  guestId: z.string(),
  guestToken: z.string(),
  conversationId: z.string(),
  /** The guest's participant in the conversation. */
  participantId: z.string(),
  agentParticipantId: z.string(),
  /** The guest's communication in the conversation. */
  customerCommunicationId: z.string(),
  /** The agent's, which the published typing call takes; another one after a transfer. */
  agentCommunicationId: z.string(),
  channel,
  /** The deployment of web messaging that the guest's token belongs to. */
  deploymentId: z.string(),
  /** The integration of open messaging, and what the guest is called there. */
  integrationId: z.string(),
  openUserId: z.string(),
  /** From the connection object of the guest creation response, as the thread says. */
  socketUrl: z.string(),
  /** The guest socket of web messaging, for any guest of the deployment. */
  webMessagingUrl: z.string(),
});
export type GuestRecord = z.infer<typeof guestRecord>;
