import * as z from 'zod/mini';

/**
 * The events of a WebSocket API as captured ones show them: only what is read, anything else is left alone.
 * A MESSAGE event has no headers, and none of the common libraries' schemas fits it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */

/** What the authorizer hands to every later event of its connection, as strings. */
const authorizer = z.object({ session: z.string(), inbox: z.optional(z.string()) });

const headers = z.optional(z.record(z.string(), z.optional(z.string())));

/** The authorizer's REQUEST event, and what $connect gets: the only ones with headers and query string. */
export const authorizerEvent = z.object({
  methodArn: z.string(),
  headers,
  queryStringParameters: z.nullish(z.record(z.string(), z.optional(z.string()))),
  requestContext: z.object({ requestId: z.string() }),
});
export type AuthorizerEvent = z.infer<typeof authorizerEvent>;

export const connectEvent = z.object({
  headers,
  requestContext: z.object({
    eventType: z.literal('CONNECT'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    authorizer: z.optional(z.object({ inbox: z.optional(z.string()) })),
  }),
});

export const messageEvent = z.object({
  requestContext: z.object({
    eventType: z.literal('MESSAGE'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer,
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
    authorizer,
  }),
});

/** What an HTTP API hands to a function, payload format 2.0: header names are in small letters. */
export const webhookEvent = z.object({
  version: z.literal('2.0'),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({ requestId: z.string() }),
});

/** What a queue hands to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const queueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

/** A watch, as ports/queue.ts wrote it. */
export const watchBody = z.object({
  sealedSession: z.string(),
  shownAt: z.optional(z.number()),
  unclear: z.optional(z.boolean()),
  failures: z.optional(z.number()),
});

/** A header's value, whatever the case of its name: API Gateway keeps the client's. */
export function headerOf(headers: AuthorizerEvent['headers'], name: string): string | undefined {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

/** The subprotocols that a client offers, in its order. */
export function subprotocolsOf(headers: AuthorizerEvent['headers']): string[] {
  return (headerOf(headers, 'sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
}

/** Browsers cannot set a header on a WebSocket, so the ticket may stand as the subprotocol after this one. */
export const SUBPROTOCOL = 'typing-relay';

/** The ticket from one of the three places where it may stand: subprotocol, `Authorization: Bearer`, `?ticket=`. */
export function ticketOf({ headers, queryStringParameters }: AuthorizerEvent): string | undefined {
  const offered = subprotocolsOf(headers);
  const afterOurs = offered.includes(SUBPROTOCOL) ? offered[offered.indexOf(SUBPROTOCOL) + 1] : undefined;
  const bearer = /^Bearer +(\S+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];
  return [afterOurs, bearer, queryStringParameters?.['ticket']].find(
    (ticket) => ticket !== undefined && ticket !== '',
  );
}
