import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMemoryTokens } from '../../test/memory-tokens.ts';
import { fixed, newKey } from '../../test/org-client.ts';
import { startTable, type TestTable } from '../../test/table.ts';
import { sealSession, unsealSession } from '../relay/seal.ts';
import { makeTokenTable, type TokenStore } from './token-table.ts';

const token = { value: 'access-token', issuedAt: 0, endsAt: 600_000 };
const keys = newKey('1');

let table: TestTable;
const stores: Record<string, TokenStore> = { memory: makeMemoryTokens() };

beforeAll(async () => {
  table = await startTable();
  stores['table'] = makeTokenTable(table.call, table.name, fixed(keys));
});
afterAll(() => table.close());

/** The item as anybody sees it who may read the table. */
async function rawItem(client: string): Promise<string> {
  const Key = { pk: { S: `oauth#${client}` }, sk: { S: 'token' } };
  return JSON.stringify(await table.call('GetItem', { TableName: table.name, Key }));
}

describe.each(['memory', 'table'])('what environments share, in the %s,', (kind) => {
  const open = (): TokenStore => {
    const store = stores[kind];
    if (!store) throw new Error(`no ${kind}`);
    return store;
  };

  it('is nothing at first', async () => {
    const { version, ...rest } = await open().read(randomUUID());
    expect(version).toBe(0);
    expect(Object.values(rest).filter((value) => value !== undefined)).toEqual([]);
  });

  it('is leased to one of those who saw the same', async () => {
    const client = randomUUID();
    const leases = await Promise.all([1, 2, 3, 4].map((until) => open().lease(client, 0, until)));
    expect(leases.filter(Boolean)).toHaveLength(1);
    const { version, leasedUntil } = await open().read(client);
    expect(version).toBe(1);
    expect(leasedUntil).toBe(leases.indexOf(true) + 1);
  });

  it('is the token of the last lease, and stays leased', async () => {
    const client = randomUUID();
    await open().lease(client, 0, 2_000);
    expect(await open().share(client, 1, token)).toBe(true);
    expect(await open().read(client)).toMatchObject({ version: 2, token, leasedUntil: 2_000 });
    await open().lease(client, 2, 9_000);
    expect(await open().share(client, 2, { ...token, value: 'of a lease that ran out' })).toBe(false);
    expect((await open().read(client)).token).toEqual(token);
  });

  it('is a pause, which ends the lease, until the next lease', async () => {
    const client = randomUUID();
    await open().lease(client, 0, 2_000);
    await open().pause(client, 1, { until: 5_000, refused: 'these' });
    const paused = await open().read(client);
    expect(paused).toMatchObject({ version: 2, pause: { until: 5_000, refused: 'these' } });
    expect(paused.leasedUntil).toBeUndefined();
    await open().pause(client, 1, { until: 9_000 });
    expect((await open().read(client)).pause?.until).toBe(5_000);
    await open().lease(client, 2, 8_000);
    expect((await open().read(client)).pause).toBeUndefined();
  });
});

describe('in the table', () => {
  const share = async (store: TokenStore) => {
    const client = randomUUID();
    await store.lease(client, 0, 2_000);
    await store.share(client, 1, token);
    return client;
  };

  it('the token is sealed, and goes with its end', async () => {
    const raw = await rawItem(await share(makeTokenTable(table.call, table.name, fixed(keys))));
    expect(raw).not.toContain(token.value);
    expect(raw).not.toContain(Buffer.from(token.value).toString('base64url'));
    expect(raw).toContain('"expiresAt":{"N":"600"}');
  });

  it('a token opens after a rotation, also where the new key is not known yet', async () => {
    const rotated = { ...newKey('2'), previous: keys };
    const older = await share(makeTokenTable(table.call, table.name, fixed(keys)));
    expect((await makeTokenTable(table.call, table.name, fixed(rotated)).read(older)).token).toEqual(token);
    const newer = await share(makeTokenTable(table.call, table.name, fixed(rotated)));
    const outdated = makeTokenTable(table.call, table.name, fixed(keys, rotated));
    expect((await outdated.read(newer)).token).toEqual(token);
  });

  it('a token whose key was taken away is none', async () => {
    const client = await share(makeTokenTable(table.call, table.name, fixed(keys)));
    const other = makeTokenTable(table.call, table.name, fixed(newKey('3')));
    expect(await other.read(client)).toMatchObject({ version: 2, token: undefined });
  });

  it('another sort of sealed thing is no token, nor a token a session', async () => {
    const client = await share(makeTokenTable(table.call, table.name, fixed(keys)));
    const sealed = /"sealed":\{"S":"([^"]+)"/.exec(await rawItem(client))?.[1] ?? '';
    expect(() => unsealSession(keys, sealed)).toThrow('not a session');
    const session = sealSession(keys, { sub: 'guest', upstream: { kind: 'x', ...token } });
    await table.call('UpdateItem', {
      TableName: table.name,
      Key: { pk: { S: `oauth#${client}` }, sk: { S: 'token' } },
      UpdateExpression: 'SET sealed = :sealed',
      ExpressionAttributeValues: { ':sealed': { S: session } },
    });
    const store = makeTokenTable(table.call, table.name, fixed(keys));
    expect((await store.read(client)).token).toBeUndefined();
  });
});
