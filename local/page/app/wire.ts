import * as z from 'zod/mini';

/** What goes between the page and its server: schemas for both sides. */

// Zod's compiled parsers need eval, which the page's content security policy forbids.
z.config({ jitless: true });

/** The upstreams that there are, the published ones first. */
export const UPSTREAM_KINDS = [
  'web-messaging',
  'open-messaging',
  'agent-communication',
  'typing-frame',
  'participant-state',
] as const;
export const upstreamKind = z.enum(UPSTREAM_KINDS);
export type UpstreamKind = z.infer<typeof upstreamKind>;

/** What may go wrong at the org, for one conversation. */
export const ORG_FAULTS = ['none', 'org-down', 'rate-limit'] as const;
export const orgFault = z.enum(ORG_FAULTS);
export type OrgFault = z.infer<typeof orgFault>;

/** Seconds that the page's 429 asks to wait. */
export const RETRY_AFTER_S = 3;

/** The longest chat message, in characters. */
export const TEXT_MAX_LENGTH = 2_000;

const conversationId = z.string().check(z.minLength(1), z.maxLength(64));

export const guestRequest = z.strictObject({ kind: upstreamKind });
/** `mismatched`: the ticket names what is not this conversation's. */
export const ticketRequest = z.strictObject({ conversationId, mismatched: z.optional(z.boolean()) });
export const messageRequest = z.strictObject({
  conversationId,
  from: z.enum(['guest', 'agent']),
  text: z.string().check(z.minLength(1), z.maxLength(TEXT_MAX_LENGTH)),
});
export const agentTypingRequest = z.strictObject({ conversationId });
export const faultRequest = z.strictObject({ conversationId, fault: orgFault });
export const cutRequest = z.strictObject({ connectionId: z.string().check(z.minLength(1), z.maxLength(64)) });

export const guestReply = z.object({
  conversationId: z.string(),
  /** The guest's own deployment of web messaging. */
  deploymentId: z.string(),
  /** What the guest is called at the integration of open messaging. */
  openUserId: z.string(),
  /** Where the WebSocket goes. */
  gateway: z.string(),
});
export type GuestReply = z.infer<typeof guestReply>;
/** `holder`: whom the ticket lets in, another for each; by it a connection is found again in what the gateway tells. */
export const ticketReply = z.object({ ticket: z.string(), holder: z.string() });
export type TicketReply = z.infer<typeof ticketReply>;
export const doneReply = z.object({ done: z.boolean() });
export const errorReply = z.object({ error: z.string() });

/** What a function says it did: see `HandledTrace` of the local gateway. */
const handled = z.object({
  event: z.string(),
  outcome: z.string(),
  kind: z.optional(z.string()),
  error: z.optional(z.string()),
  reason: z.optional(z.string()),
  upstreamMs: z.optional(z.number()),
});
export type Handled = z.infer<typeof handled>;

/** One step at the gateway: see `TraceEvent` of the local gateway. */
const gatewayEvent = z.object({
  kind: z.enum([
    'connect',
    'refused',
    'frame-in',
    'http-in',
    'invoke',
    'handled',
    'frame-out',
    'http-out',
    'disconnect',
  ]),
  at: z.number(),
  connectionId: z.optional(z.string()),
  principalId: z.optional(z.string()),
  requestId: z.optional(z.string()),
  routeKey: z.optional(z.string()),
  function: z.optional(z.string()),
  ms: z.optional(z.number()),
  coldStart: z.optional(z.boolean()),
  ok: z.optional(z.boolean()),
  status: z.optional(z.number()),
  body: z.optional(z.string()),
  handled: z.optional(handled),
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

/** The agent's screen as it is now, and whether the guest is shown that the agent types. */
const screen = z.object({
  type: z.literal('screen'),
  conversationId: z.string(),
  guestTyping: z.boolean(),
  agentTyping: z.boolean(),
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
  /** The conversation that the reader asked for is none of this run. */
  z.object({ source: z.literal('page'), unknown: z.string() }),
]);
export type FeedEvent = z.infer<typeof feedEvent>;
