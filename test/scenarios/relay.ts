import { randomUUID } from 'node:crypto';
import { serverFrame, type ServerFrame } from '../../functions/relay/server-frames.ts';
import type { Client } from './client.ts';
import { Difference, expectSame, expectTrue, shown } from './difference.ts';
import { onRelay, ROWS, type Scenario } from './scenario.ts';

function read(frame: unknown): ServerFrame {
  const { success, data } = serverFrame.safeParse(frame);
  if (success) return data;
  throw new Difference(`the frame is none of the relay's: ${shown(frame)}`);
}

const PING = { type: 'ping' };
const PONG = { type: 'pong' };

async function expectError(client: Client, frame: object | string, code: string): Promise<void> {
  const answer = read(await client.ask(frame));
  expectSame('the code of the error', answer.type === 'error' ? answer.error.code : answer.type, code);
  expectSame('the answer to a ping', await client.ask(PING), PONG);
}

const MINUTES = 60;
const now = (): number => Math.floor(Date.now() / 1000);

const frames: readonly [what: string, frame: string, code: string][] = [
  ['no JSON', 'hello', 'bad_json'],
  ['an array', '[{"type":"typing"}]', 'bad_frame'],
  ['a typing frame that lacks isTyping', '{"type":"typing","data":{}}', 'bad_frame'],
  ['an unknown type', '{"type":"tpying","data":{"isTyping":true}}', 'unknown_type'],
  ["API Gateway's own $connect as its type", '{"type":"$connect"}', 'unknown_type'],
];

/** The relay itself, as far as it needs no Genesys org at its far side. */
export const relay: readonly Scenario[] = [
  onRelay(
    ROWS.authorizer,
    'the relay: a connection without a ticket is refused with 401',
    async ({ upgrade }) => {
      expectSame('the status of the upgrade', (await upgrade()).status, 401);
    },
  ),
  onRelay(
    ROWS.authorizer,
    'the relay: a ticket that is nonsense is refused with 403',
    async ({ upgrade }) => {
      expectSame('the status of the upgrade', (await upgrade('nonsense')).status, 403);
    },
  ),
  onRelay(
    ROWS.authorizer,
    'the relay: a ticket whose time has passed is refused with 403',
    async ({ upgrade, ticket }) => {
      const past = await ticket({ iat: now() - 20 * MINUTES, exp: now() - 18 * MINUTES });
      expectSame('the status of the upgrade', (await upgrade(past)).status, 403);
    },
  ),
  onRelay(
    ROWS.authorizer,
    'the relay: a ticket opens one connection and no second',
    async ({ open, upgrade, ticket }) => {
      const spent = await ticket();
      await open(spent);
      expectSame('the status of the second upgrade', (await upgrade(spent)).status, 403);
    },
  ),
  onRelay(
    ROWS.subprotocol,
    'the relay: its subprotocol is echoed, and not the ticket beside it',
    async ({ upgrade, ticket }) => {
      const expected = { status: 101, subprotocol: 'typing-relay' };
      expectSame('the answer to the upgrade', await upgrade(await ticket()), expected);
    },
  ),
  onRelay(ROWS.protocol, 'the relay: a ping is answered with a pong', async ({ open }) => {
    expectSame('the answer', await (await open()).ask(PING), PONG);
  }),
  ...frames.map(([what, frame, code]) =>
    onRelay(ROWS.protocol, `the relay: ${what} is told ${code}, and the connection stays`, async ({ open }) =>
      expectError(await open(), frame, code),
    ),
  ),
  onRelay(ROWS.concurrent, 'the relay: many messages at once are answered each', async ({ open }) => {
    const client = await open();
    // Fewer than the relay takes for a flood.
    const count = 10;
    for (let sent = 0; sent < count; sent += 1) client.send(PING);
    for (let came = 0; came < count; came += 1) expectSame('an answer', await client.nextFrame(), PONG);
  }),
  onRelay(
    ROWS.protocol,
    'the relay: a typing frame with an id is answered once, with the id',
    async ({ open }) => {
      const client = await open();
      const id = randomUUID();
      const answer = read(await client.ask({ type: 'typing', data: { isTyping: true }, id }));
      // Nobody has this conversation: whether that shows depends on the org, and on its credentials.
      expectTrue(`the answer is a ${answer.type} frame`, answer.type === 'ack' || answer.type === 'error');
      const answered = answer.type === 'ack' ? answer.id : answer.type === 'error' && answer.error.id;
      expectSame('its id', answered, id);
      expectSame('the answer to a ping', await client.ask(PING), PONG);
    },
  ),
];
