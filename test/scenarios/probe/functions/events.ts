import * as z from 'zod';

/** What the probe's functions read of their events; the rest of an event is only handed back. */

const query = z.object({
  token: z.string().optional(),
  /** What the authorizer does: `deny`, or `unauthorized`. */
  authorizer: z.string().optional(),
  /** What `$connect` does: `throw`, or a status. */
  connect: z.string().optional(),
  /** The subprotocol that `$connect` answers with. */
  subprotocol: z.string().optional(),
  /** The connection that is told of this one's CONNECT and DISCONNECT events. */
  observer: z.string().optional(),
});

export const authorizerEvent = z.object({
  methodArn: z.string(),
  queryStringParameters: query.nullish(),
});

export const connectEvent = z.object({ queryStringParameters: query.nullish() });

export const disconnectEvent = z.object({
  requestContext: z.object({ authorizer: z.object({ observer: z.string() }) }),
});

export const messageEvent = z.object({
  requestContext: z.looseObject({ routeKey: z.string(), connectionId: z.string() }),
  body: z.string(),
});
export type MessageEvent = z.infer<typeof messageEvent>;

export const httpEvent = z.object({
  headers: z.record(z.string(), z.string()),
  routeKey: z.string(),
});

export const { PROBE_TOKEN } = z.object({ PROBE_TOKEN: z.string().min(16) }).parse(process.env);

/** What a proxy integration takes. */
export interface ProbeAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}
