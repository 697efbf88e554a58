import * as z from 'zod/mini';

/**
 * The events of a WebSocket API as captured ones show them: only what is read, anything else is left alone.
 * A MESSAGE event has no headers, and none of the common libraries' schemas fits it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */

export const messageEvent = z.object({
  requestContext: z.object({
    eventType: z.literal('MESSAGE'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    requestTimeEpoch: z.number(),
    // What the authorizer hands to every later event of its connection, as strings.
    authorizer: z.object({ session: z.string() }),
  }),
  body: z.optional(z.string()),
});

export const disconnectEvent = z.object({
  requestContext: z.object({
    eventType: z.literal('DISCONNECT'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer: z.object({ session: z.string(), inbox: z.optional(z.string()) }),
  }),
});
