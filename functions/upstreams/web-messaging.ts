import * as z from 'zod/mini';
import { defineUpstream } from '../relay/upstream.ts';
import { id, token } from './fields.ts';

/**
 * Published: the Typing event on the guest's web messaging session. There is no "off": it was taken out of the contract
 * in 2022, and the bubble lapses after its duration. Whoever holds the token speaks as the guest.
 * Source: genesys-messenger-transport-mobile-sdk, RequestSerializationTest.kt; web-messaging-sdk-java, EventTypingType.md.
 */
export const webMessaging = defineUpstream({
  kind: 'web-messaging',
  timing: 'expiring',
  session: z.object({ kind: z.literal('web-messaging'), deploymentId: id, token }),
  identity: ({ deploymentId, token }) => [deploymentId, token],
  message: (isTyping, { deploymentId, token }) =>
    isTyping
      ? {
          via: 'web-messaging',
          deploymentId,
          token,
          message: { events: [{ eventType: 'Typing', typing: { type: 'On' } }], type: 'Event' },
        }
      : undefined,
});
