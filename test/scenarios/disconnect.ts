import * as z from 'zod';
import type { Client } from './client.ts';
import { expectSame, expectShape, expectTrue } from './difference.ts';
import { idOf } from './echo.ts';
import type { Probe } from './parts.ts';
import { onProbe, ROWS, type Scenario } from './scenario.ts';

const told = z.object({
  event: z.object({
    headers: z.record(z.string(), z.string()),
    requestContext: z.looseObject({ eventType: z.string(), connectionId: z.string() }),
  }),
});
type Context = z.infer<typeof told>['event']['requestContext'];

/**
 * What `$disconnect` tells an observer of a connection that ends like this.
 * AWS calls `$disconnect` as best it can, so on a stage one may stay away.
 */
async function disconnectOf({ open }: Probe, end: (client: Client) => void): Promise<Context> {
  const observer = await open();
  const client = await open({ observer: await idOf(observer) });
  await observer.nextFrame();
  const id = await idOf(client);
  end(client);
  const { event } = expectShape('what the observer is told', told, await observer.nextFrame());
  expectSame('eventType', event.requestContext.eventType, 'DISCONNECT');
  expectSame('the connection id', event.requestContext.connectionId, id);
  return event.requestContext;
}

const ends: readonly [what: string, end: (client: Client) => void, status: number, reason?: string][] = [
  [
    'closes with 1000 and a reason',
    (client) => {
      client.close(1000, 'bye');
    },
    1000,
    'bye',
  ],
  [
    'closes with a code of its own',
    (client) => {
      client.close(4001, 'lunch');
    },
    4001,
    'lunch',
  ],
  [
    'closes without a code',
    (client) => {
      client.close();
    },
    1005,
  ],
  [
    'vanishes',
    (client) => {
      client.vanish();
    },
    1006,
  ],
];

/** What `$disconnect` is told. */
export const disconnects: readonly Scenario[] = [
  ...ends.map(([what, end, status, reason]) =>
    onProbe(
      ROWS.disconnect,
      `the DISCONNECT event of a client that ${what} has status ${status}`,
      async (probe) => {
        const { disconnectStatusCode, disconnectReason } = await disconnectOf(probe, end);
        expectSame('disconnectStatusCode', disconnectStatusCode, status);
        expectTrue('disconnectReason is missing', typeof disconnectReason === 'string');
        if (reason !== undefined) expectSame('disconnectReason', disconnectReason, reason);
      },
    ),
  ),
  onProbe(ROWS.context, "the authorizer's context is on the DISCONNECT event, as strings", async (probe) => {
    const { authorizer } = await disconnectOf(probe, (client) => {
      client.close(1000);
    });
    const context = z.object({ text: z.literal('text'), number: z.literal('7'), flag: z.literal('true') });
    expectShape('the context', context, authorizer);
  }),
];
