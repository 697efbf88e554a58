import * as z from 'zod';
import type { Client } from './client.ts';
import { expectClosed, expectSame, expectShape, expectTrue } from './difference.ts';
import { onProbe, onRelay, ROWS, type Scenario } from './scenario.ts';

const KB = 1024;

/** A frame that the probe answers, and one that the relay does. */
type App = 'echo' | 'ping';

/** A frame that is answered, of so many bytes. */
function frameOf(type: string, bytes: number): string {
  const frame = `{"type":"${type}","pad":""}`;
  return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
}

/** One message in frames of 32 KB at most. */
function framesOf(type: string, bytes: number): string[] {
  const message = frameOf(type, bytes);
  const count = Math.ceil(bytes / (32 * KB));
  return Array.from({ length: count }, (_, index) => message.slice(index * 32 * KB, (index + 1) * 32 * KB));
}

/** The probe tells the size of what reached it; the relay, that its ping has no such key. */
async function expectAnswer(client: Client, type: App, bytes: number): Promise<void> {
  const answer = await client.nextFrame();
  if (type === 'echo') expectShape('the answer', z.looseObject({ bytes: z.literal(bytes) }), answer);
  else expectShape('the answer', z.looseObject({ type: z.literal('error') }), answer);
}

/** Something that cannot pass, then a frame whose answer would show that it did. */
async function expectEnd(client: Client, code: number, type: App, act: () => void): Promise<void> {
  act();
  client.send(frameOf(type, 100));
  await expectClosed(client, code);
}

type Limit = (client: Client, type: App) => Promise<void>;

const limits: readonly [name: string, row: Scenario['row'], limit: Limit][] = [
  [
    'a frame of 32 KB is answered',
    ROWS.tooLarge,
    async (client, type) => {
      client.send(frameOf(type, 32 * KB));
      await expectAnswer(client, type, 32 * KB);
    },
  ],
  [
    'a frame over 32 KB closes the connection with 1009',
    ROWS.tooLarge,
    (client, type) =>
      expectEnd(client, 1009, type, () => {
        client.send(frameOf(type, 32 * KB + 1));
      }),
  ],
  [
    'a message of 128 KB in four frames is answered',
    ROWS.tooLarge,
    async (client, type) => {
      client.sendFrames(framesOf(type, 128 * KB));
      await expectAnswer(client, type, 128 * KB);
    },
  ],
  [
    'a message over 128 KB in five frames closes the connection with 1009',
    ROWS.tooLarge,
    (client, type) =>
      expectEnd(client, 1009, type, () => {
        client.sendFrames(framesOf(type, 128 * KB + 1));
      }),
  ],
  [
    'a binary frame closes the connection with 1003',
    ROWS.binary,
    (client, type) =>
      expectEnd(client, 1003, type, () => {
        client.sendBinary(Buffer.from(frameOf(type, 100)));
      }),
  ],
];

/** What API Gateway ends a connection for. */
export const limitScenarios: readonly Scenario[] = [
  ...limits.flatMap(([name, row, limit]): Scenario[] => [
    onProbe(row, name, async ({ open }) => limit(await open(), 'echo')),
    onRelay(row, `the relay: ${name}`, async ({ open }) => limit(await open(), 'ping')),
  ]),
  onProbe(
    ROWS.life,
    'an idle connection is closed with 1001 after 10 minutes',
    async ({ open, limits: { idleMs } }) => {
      await expectEndAfter(idleMs, async () => expectClosed(await open(), 1001));
    },
    'idle',
  ),
  onProbe(
    ROWS.life,
    'a busy connection is closed with 1001 after two hours',
    async ({ open, limits: { lifeMs } }) => {
      await expectEndAfter(lifeMs, async () => {
        const client = await open();
        // Often enough never to be idle.
        const traffic = setInterval(() => {
          client.send({ type: 'echo' });
        }, lifeMs / 120);
        await untilClosed(client).finally(() => {
          clearInterval(traffic);
        });
      });
    },
    'life',
  ),
];

async function untilClosed(client: Client): Promise<void> {
  let seen = await client.next();
  while (!('code' in seen)) seen = await client.next();
  expectSame('the code of the close', seen.code, 1001);
}

/** Not before nine tenths of the time: to the second it is not documented. `whole` lasts from before the upgrade. */
async function expectEndAfter(limitMs: number, whole: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await whole();
  const ms = performance.now() - start;
  expectTrue(`closed after ${Math.round(ms)} ms, long before the limit`, ms > limitMs * 0.9);
}
