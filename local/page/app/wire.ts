import * as z from 'zod/mini';

/** What goes between the page and its server: schemas for both sides. */

// Zod's compiled parsers need eval, which the page's content security policy forbids.
z.config({ jitless: true });

/** The upstreams that the page can show. */
export const UPSTREAM_KINDS = ['typing-frame', 'participant-state'] as const;
export const upstreamKind = z.enum(UPSTREAM_KINDS);
export type UpstreamKind = z.infer<typeof upstreamKind>;

/** The longest chat message, in characters. */
export const TEXT_MAX_LENGTH = 2_000;

const conversationId = z.string().check(z.minLength(1), z.maxLength(64));

export const guestRequest = z.strictObject({});
export const ticketRequest = z.strictObject({ kind: upstreamKind, conversationId });
export const messageRequest = z.strictObject({
  conversationId,
  text: z.string().check(z.minLength(1), z.maxLength(TEXT_MAX_LENGTH)),
});

export const guestReply = z.object({
  conversationId: z.string(),
  participantId: z.string(),
  guestId: z.string(),
  /** Where the guest's WebSocket goes. */
  gateway: z.string(),
});
export type GuestReply = z.infer<typeof guestReply>;
export const ticketReply = z.object({ ticket: z.string() });
export const messageReply = z.object({ delivered: z.boolean() });
export const errorReply = z.object({ error: z.string() });

/** One step at the gateway: see `TraceEvent` of the local gateway. */
const gatewayEvent = z.object({
  kind: z.enum(['connect', 'refused', 'frame-in', 'invoke', 'frame-out', 'disconnect']),
  at: z.number(),
  connectionId: z.optional(z.string()),
  requestId: z.optional(z.string()),
  routeKey: z.optional(z.string()),
  function: z.optional(z.string()),
  ms: z.optional(z.number()),
  coldStart: z.optional(z.boolean()),
  ok: z.optional(z.boolean()),
  status: z.optional(z.number()),
  body: z.optional(z.string()),
});
export type GatewayEvent = z.infer<typeof gatewayEvent>;

/** Something that arrived at the org: see `OrgMessage` of the simulated org. */
const orgMessage = z.object({
  at: z.string(),
  via: z.enum(['rest', 'socket', 'login', 'upgrade']),
  method: z.optional(z.string()),
  path: z.optional(z.string()),
  status: z.optional(z.number()),
  body: z.unknown(),
  conversationId: z.optional(z.string()),
});
export type OrgMessage = z.infer<typeof orgMessage>;

/** The agent's screen as it is now. */
const screen = z.object({
  type: z.literal('screen'),
  conversationId: z.string(),
  guestTyping: z.boolean(),
  messages: z.array(z.object({ text: z.string(), at: z.string() })),
});
export type Screen = z.infer<typeof screen>;

/** One server-sent event of `GET /api/events`. */
export const feedEvent = z.discriminatedUnion('source', [
  z.object({ source: z.literal('gateway'), event: gatewayEvent }),
  z.object({
    source: z.literal('org'),
    event: z.discriminatedUnion('type', [
      z.object({ type: z.literal('message'), message: orgMessage }),
      screen,
    ]),
  }),
]);
export type FeedEvent = z.infer<typeof feedEvent>;
