import * as z from 'zod';
import type { Client } from './client.ts';
import { expectSame, expectShape, expectTrue } from './difference.ts';
import { echo, idOf, readEcho } from './echo.ts';
import { onProbe, ROWS, type Scenario } from './scenario.ts';

/** A frame of API Gateway's own. */
const ownFrame = z.strictObject({ message: z.string(), connectionId: z.string(), requestId: z.string() });

/** Asks with a body that API Gateway itself answers, and the connection goes on. */
async function expectOwnFrame(client: Client, body: object | string, message: string): Promise<void> {
  const id = await idOf(client);
  const own = expectShape('the frame of API Gateway', ownFrame, await client.ask(body));
  expectSame('its message', own.message, message);
  expectSame('its connectionId', own.connectionId, id);
  await echo(client);
}

const forbidden: readonly [what: string, body: string][] = [
  ['a type that no route has', '{"type":"nobody"}'],
  ['no type', '{"n":1}'],
  ['a body that is not JSON', 'hello'],
  ['a type that is a route in an array', '{"type":["echo"]}'],
  ['a type that is a route in capitals', '{"type":"ECHO"}'],
  ["API Gateway's own $connect as its type", '{"type":"$connect"}'],
];

/** Frames and what they are answered with. */
export const messages: readonly Scenario[] = [
  ...forbidden.map(([what, body]) =>
    onProbe(
      ROWS.noRoute,
      `a message with ${what} gets the Forbidden frame, and the socket stays`,
      async ({ open }) => expectOwnFrame(await open(), body, 'Forbidden'),
    ),
  ),
  ...[
    ['throws', 'throw'],
    ["passes its integration's time-out", 'late'],
    ['passes its own time-out', 'late-function'],
  ].map(([what, type]) =>
    onProbe(
      ROWS.failure,
      `a handler that ${what} gives the Internal server error frame, and the socket stays`,
      async ({ open }) => expectOwnFrame(await open(), { type }, 'Internal server error'),
    ),
  ),
  onProbe(
    ROWS.events,
    'the body that a handler returns is dropped where the route has no response',
    async ({ open }) => {
      const client = await open();
      expectSame('what the handler sends itself', await client.ask({ type: 'quiet' }), 'ran');
      // Three answers, and nothing between them.
      for (const n of [1, 2, 3])
        expectSame('the answer of echo', readEcho(await client.ask({ type: 'echo', n })).n, n);
    },
  ),
  onProbe(
    ROWS.concurrent,
    'a message is handled while the one before it still is, by another environment',
    async ({ open }) => {
      const client = await open();
      const other = await open();
      client.send({ type: 'hold', until: await idOf(other) });
      // The other connection hears from the handler that holds; so it runs by now.
      expectSame('what the handler that holds sends', await other.nextFrame(), 'held');
      const second = await echo(client);
      other.close(1000);
      const held = z.object({ held: z.literal(true), id: z.string(), mostAtOnce: z.number() });
      const first = expectShape('the answer of hold', held, await client.nextFrame());
      expectTrue('both messages ran in the same environment', first.id !== second.id);
      expectSame('the most events at once in an environment', [first.mostAtOnce, second.mostAtOnce], [1, 1]);
    },
  ),
  onProbe(ROWS.concurrent, 'many messages at once are answered each', async ({ open }) => {
    const client = await open();
    const numbers = Array.from({ length: 15 }, (_, n) => n);
    for (const n of numbers) client.send({ type: 'echo', n });
    const seen: (number | undefined)[] = [];
    while (seen.length < numbers.length) seen.push(readEcho(await client.nextFrame()).n);
    // AWS promises no order.
    expectSame('the list of answers', seen.sort(), [...numbers].sort());
  }),
  onProbe(ROWS.environments, "an environment keeps its module's state between events", async ({ open }) => {
    const client = await open();
    const seen = new Map<string, number>();
    // Which environment has the next event is the far side's choice; one of the first has another of them soon.
    for (let tries = 0; tries < 20; tries += 1) {
      const { id, events, mostAtOnce } = await echo(client);
      expectSame('the most events at once in an environment', mostAtOnce, 1);
      const before = seen.get(id);
      if (before !== undefined) {
        expectTrue(`an environment has had ${events} events after ${before}`, events > before);
        return;
      }
      seen.set(id, events);
    }
    expectSame('the number of environments that 20 messages ran in', seen.size, 1);
  }),
];
