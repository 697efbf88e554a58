import * as z from 'zod';
import type { Client } from './client.ts';
import { expectShape } from './difference.ts';

/** What the probe's `echo` answers: the event that it got, and the environment that ran it. */
const echoAnswer = z.object({
  /** The names in the event. */
  keys: z.array(z.string()),
  event: z.object({
    isBase64Encoded: z.boolean(),
    requestContext: z.looseObject({
      connectionId: z.string(),
      authorizer: z.looseObject({}).optional(),
    }),
  }),
  /** Of the body. */
  bytes: z.number(),
  /** The number that the frame bore. */
  n: z.number().optional(),
  /** The environment's, and how many events it has had. */
  id: z.string(),
  events: z.number(),
  /** The most events that it ran at one time. */
  mostAtOnce: z.number(),
});
export type Echo = z.infer<typeof echoAnswer>;

export const readEcho = (frame: unknown): Echo => expectShape('the answer of echo', echoAnswer, frame);

export const echo = async (client: Client): Promise<Echo> => readEcho(await client.ask({ type: 'echo' }));

/** The connection's id, as its own events have it. */
export const idOf = async (client: Client): Promise<string> =>
  (await echo(client)).event.requestContext.connectionId;
