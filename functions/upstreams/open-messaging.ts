import * as z from 'zod/mini';
import { openInbox } from '../relay/inbox.ts';
import { defineUpstream } from '../relay/upstream.ts';
import { id } from './fields.ts';

/** A user of an open messaging integration, as the customer's own backend names it. */
const userId = z.string().check(z.minLength(1), z.maxLength(256));

/**
 * Published: the inbound event of an open messaging integration, by a service account. Its model has just these fields,
 * and knows no "off": the bubble lapses. The agent's typing comes back by the integration's webhook.
 * Source: platform-client-sdk-java, OpenInboundNormalizedEvent.md, OpenEvent.md, OpenMessagingFromRecipient.md.
 */
export const openMessaging = defineUpstream({
  kind: 'open-messaging',
  timing: 'expiring',
  session: z.object({
    kind: z.literal('open-messaging'),
    integrationId: id,
    userId,
    idType: z.optional(z.literal(['Email', 'Phone', 'Opaque'])),
    nickname: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  }),
  identity: ({ integrationId, userId }) => [integrationId, userId],
  inbox: ({ integrationId, userId }) => openInbox(integrationId, userId),
  message: (isTyping, { integrationId, userId, idType = 'Opaque', nickname }, at) =>
    isTyping
      ? {
          via: 'rest',
          method: 'POST',
          path: `/api/v2/conversations/messages/${integrationId}/inbound/open/event`,
          body: {
            channel: {
              from: { id: userId, idType, ...(nickname !== undefined && { nickname }) },
              time: new Date(at).toISOString(),
            },
            events: [{ eventType: 'Typing' }],
          },
          permission: 'conversation:message:receive',
        }
      : undefined,
});
