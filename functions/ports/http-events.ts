import * as z from 'zod/mini';

/** The events that come of an HTTP request, with its headers: only what is read, as in events.ts. */

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

/** What an HTTP API hands to a function, payload format 2.0: header names are in small letters. */
export const webhookEvent = z.object({
  version: z.literal('2.0'),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({ requestId: z.string() }),
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
