import * as z from 'zod/mini';
import type { RestMessage } from '../relay/upstream.ts';

/** What several upstreams have in their sessions and questions. */

/** Ids go into a path: nothing in them may leave their segment. */
export const id = z.string().check(z.regex(/^[\w-]{1,64}$/));

/** 2,048 is Genesys' own limit: https://help.mypurecloud.com/faqs/what-are-guest-session-token-requirements */
export const token = z.string().check(z.minLength(1), z.maxLength(2048), z.regex(/^[\x21-\x7e]+$/));

/** Asks for a conversation with its participants. Source: platform-client-sdk-javascript, ConversationsApi.md. */
export const conversationQuestion = (conversationId: string): RestMessage => ({
  via: 'rest',
  method: 'GET',
  path: `/api/v2/conversations/${conversationId}`,
  permission: 'conversation:communication:view',
});
