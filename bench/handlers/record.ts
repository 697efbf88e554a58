import * as z from 'zod';

/** One thing that the far side was asked for: a call to an AWS service, or what arrived at Genesys. */
export const record = z.object({
  /** `dynamodb`, `secretsmanager`, `sqs`; `rest`, `socket`, `login`, `upgrade` of Genesys. */
  to: z.string(),
  /** An AWS operation, or method and path. */
  what: z.string(),
  /** Parsed; absent where it was no JSON. */
  body: z.unknown().optional(),
  /** What it was answered with; absent for a frame. */
  status: z.number().optional(),
});
export type Record = z.infer<typeof record>;

/** A guest of the simulated org: what a ticket of each kind names. */
export const guest = z.object({
  conversationId: z.string(),
  participantId: z.string(),
  agentCommunicationId: z.string(),
  integrationId: z.string(),
  openUserId: z.string(),
  deploymentId: z.string(),
  guestToken: z.string(),
  socketUrl: z.string(),
});
export type Guest = z.infer<typeof guest>;

export const sampleEvent = z.looseObject({ requestContext: z.looseObject({}) });

/** What the far side tells once it is up. */
export const ready = z.object({
  is: z.literal('ready'),
  /** The variables of the function `typing`, as the stack sets them, with the endpoints of this far side. */
  environment: z.record(z.string(), z.string()),
  /** The file of its bundle, as it is deployed. */
  bundle: z.string(),
  memoryMb: z.number(),
  /** A MESSAGE event of its API, to be filled in. */
  event: sampleEvent,
  /** The value of the secret with the ticket keys. */
  keys: z.string(),
  webGuests: z.array(guest),
  openGuests: z.array(guest),
});
export type Ready = z.infer<typeof ready>;

/** What it is asked for while it runs. */
export const question = z.object({ want: z.enum(['records', 'items']) });

export const answers = z.discriminatedUnion('is', [
  ready,
  /** Everything since the last time, in the order in which it arrived. */
  z.object({ is: z.literal('records'), records: z.array(record) }),
  /** The table's items of sessions. */
  z.object({ is: z.literal('items'), items: z.array(z.record(z.string(), z.unknown())) }),
]);
