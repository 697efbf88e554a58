import * as z from 'zod';
import type { Client } from './client.ts';
import { expectClosed, expectSame, expectShape, expectTrue } from './difference.ts';
import { echo, idOf } from './echo.ts';
import { onProbe, ROWS, type Scenario } from './scenario.ts';

const callResult = z.object({
  status: z.number(),
  error: z.string().optional(),
  errorHeader: z.string().optional(),
  connection: z.unknown().optional(),
});
type CallResult = z.infer<typeof callResult>;

/** The probe's function calls `@connections` and answers with what came of it. */
async function call(
  caller: Client,
  verb: 'POST' | 'GET' | 'DELETE',
  connectionId: string,
  data: { text?: string; size?: number } = {},
): Promise<CallResult> {
  const answer = await caller.ask({ type: 'connections', verb, connectionId, ...data });
  return expectShape('the answer of the handler that calls @connections', callResult, answer);
}

/** What GET tells, with the SDK's names for what stands in camelCase in the answer. */
const connection = z.object({
  ConnectedAt: z.iso.datetime(),
  LastActiveAt: z.iso.datetime(),
  Identity: z.object({ SourceIp: z.string(), UserAgent: z.string().optional() }),
});

/** `@connections`: how functions reach clients. */
export const connections: readonly Scenario[] = [
  onProbe(ROWS.connections, '@connections POST sends a text frame', async ({ open }) => {
    const [caller, other] = [await open(), await open()];
    await call(caller, 'POST', await idOf(other), { text: 'hällo' });
    expectSame('what the other client gets', await other.next(), { text: 'hällo' });
  }),
  onProbe(ROWS.connections, '@connections POST of 100 KB comes as one message', async ({ open }) => {
    const [caller, other] = [await open(), await open()];
    await call(caller, 'POST', await idOf(other), { size: 100_000 });
    const seen = await other.next();
    expectSame('the length of the message', 'text' in seen && seen.text.length, 100_000);
  }),
  onProbe(
    ROWS.connections,
    '@connections POST of more than 128 KB is refused with 413, and the connection stays',
    async ({ open }) => {
      const [caller, other] = [await open(), await open()];
      const { status } = await call(caller, 'POST', await idOf(other), { size: 128 * 1024 + 1 });
      expectSame('the status', status, 413);
      await echo(other);
    },
  ),
  onProbe(
    ROWS.connections,
    '@connections GET tells when a connection began and was last active, and who it is, in camelCase',
    async ({ open }) => {
      const [caller, other] = [await open(), await open()];
      const got = await call(caller, 'GET', await idOf(other));
      expectSame('the status', got.status, 200);
      const { ConnectedAt, LastActiveAt } = expectShape('what GET tells', connection, got.connection);
      expectTrue(
        `last active at ${LastActiveAt}, before it connected at ${ConnectedAt}`,
        LastActiveAt >= ConnectedAt,
      );
    },
  ),
  onProbe(ROWS.connections, '@connections DELETE closes a connection with 1000', async ({ open }) => {
    const [caller, other] = [await open(), await open()];
    await call(caller, 'DELETE', await idOf(other));
    await expectClosed(other, 1000);
  }),
  onProbe(ROWS.connections, '@connections POST is answered with 200, DELETE with 204', async ({ open }) => {
    const [caller, other] = [await open(), await open()];
    const id = await idOf(other);
    expectSame('the status of POST', (await call(caller, 'POST', id, { text: 'hello' })).status, 200);
    expectSame('the status of DELETE', (await call(caller, 'DELETE', id)).status, 204);
  }),
  ...(['POST', 'GET', 'DELETE'] as const).map((verb) =>
    onProbe(
      ROWS.connections,
      `@connections ${verb} for a gone connection is refused with 410 and GoneException`,
      async ({ open }) => {
        const [caller, other] = [await open(), await open()];
        const id = await idOf(other);
        // Once its own DELETE is answered, nobody can reach it any more.
        await call(caller, 'DELETE', id);
        await other.next();
        const { status, error, errorHeader } = await call(caller, verb, id, { text: 'anybody?' });
        expectSame('the status', status, 410);
        expectSame('x-amzn-ErrorType', errorHeader?.split(':')[0], 'GoneException');
        expectSame("the SDK's name for the error", error, 'GoneException');
      },
    ),
  ),
];
