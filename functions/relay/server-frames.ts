import * as z from 'zod/mini';
import { ERROR_CODES, REJECTION_REASONS } from './errors.ts';
import { frameId } from './protocol.ts';

/**
 * The relay's side of the wire, as docs/protocol.md promises it. Who reads these frames takes the schemas; the functions
 * write them and take the types alone, so that no schema is made in vain at each start.
 */

/** What became of a typing message. */
export const OUTCOMES = ['forwarded', 'coalesced', 'stale', 'ignored'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ackFrame = z.object({ type: z.literal('ack'), id: frameId, outcome: z.enum(OUTCOMES) });
export const pongFrame = z.object({ type: z.literal('pong') });
export const errorFrame = z.object({
  type: z.literal('error'),
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    requestId: z.string(),
    reason: z.optional(z.enum(REJECTION_REASONS)),
    id: z.optional(frameId),
    retryAfterMs: z.optional(z.number()),
  }),
});

/** The agent types; shown until the time is over, another comes, or the agent's message does. */
export const agentTypingFrame = z.object({
  type: z.literal('typing'),
  data: z.object({ isTyping: z.boolean(), expiresInMs: z.optional(z.number()) }),
});

/** Everything that the relay sends to a client. */
export const serverFrame = z.discriminatedUnion('type', [ackFrame, pongFrame, errorFrame, agentTypingFrame]);
export type ServerFrame = z.infer<typeof serverFrame>;
