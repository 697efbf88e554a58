import { expectSame } from './difference.ts';
import { onProbe, ROWS, type Scenario } from './scenario.ts';

/** What a client meets before its socket is up. */
export const upgrades: readonly Scenario[] = [
  onProbe(ROWS.authorizer, 'an authorizer that denies refuses the upgrade with 403', async ({ upgrade }) => {
    expectSame('the status of the upgrade', (await upgrade({ authorizer: 'deny' })).status, 403);
  }),
  onProbe(
    ROWS.authorizer,
    'an authorizer that throws "Unauthorized" refuses the upgrade with 401',
    async ({ upgrade }) => {
      expectSame('the status of the upgrade', (await upgrade({ authorizer: 'unauthorized' })).status, 401);
    },
  ),
  onProbe(
    ROWS.authorizer,
    'an upgrade without the identity source is refused with 401',
    async ({ upgradeWithoutToken }) => {
      expectSame('the status of the upgrade', (await upgradeWithoutToken()).status, 401);
    },
  ),
  ...[403, 429, 503].map((status) =>
    onProbe(
      ROWS.connect,
      `$connect that answers ${status} refuses the upgrade with it`,
      async ({ upgrade }) => {
        expectSame('the status of the upgrade', (await upgrade({ connect: String(status) })).status, status);
      },
    ),
  ),
  onProbe(ROWS.connect, '$connect that throws refuses the upgrade with 502', async ({ upgrade }) => {
    expectSame('the status of the upgrade', (await upgrade({ connect: 'throw' })).status, 502);
  }),
  onProbe(
    ROWS.subprotocol,
    'the subprotocol that $connect names is echoed, whichever the client offers first',
    async ({ upgrade }) => {
      const seen = await upgrade({ subprotocol: 'second' }, { protocols: ['first', 'second'] });
      expectSame('the answer to the upgrade', seen, { status: 101, subprotocol: 'second' });
    },
  ),
  onProbe(ROWS.subprotocol, 'no subprotocol is echoed when $connect names none', async ({ upgrade }) => {
    const seen = await upgrade({}, { protocols: ['first'] });
    expectSame('the answer to the upgrade', seen, { status: 101, subprotocol: undefined });
  }),
];
