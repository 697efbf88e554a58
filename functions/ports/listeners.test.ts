import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { startTable, type TestTable } from '../../test/table.ts';
import { type Listeners, makeListeners } from './listeners.ts';

const T = 1_767_225_600_000;

let db: TestTable;
let listeners: Listeners;

beforeAll(async () => {
  db = await startTable();
  listeners = makeListeners(db.call, db.name);
});
afterAll(() => db.close());

/** An inbox with these connections, opened one second after the other. */
async function inboxWith(...connectionIds: string[]): Promise<string> {
  const inbox = randomUUID();
  for (const [index, connectionId] of connectionIds.entries())
    await listeners.add(inbox, { connectionId, connectedAt: T + index * 1_000 });
  return inbox;
}
const idsOf = async (inbox: string, now = T) =>
  (await listeners.list(inbox, now)).map(({ connectionId }) => connectionId);

it('finds the connections of a guest, the newest first, and when each was opened', async () => {
  const inbox = await inboxWith('L0SM9cOFvHcCIhw=', 'tab-2');
  expect(await listeners.list(inbox, T)).toEqual([
    { connectionId: 'tab-2', connectedAt: T + 1_000 },
    { connectionId: 'L0SM9cOFvHcCIhw=', connectedAt: T },
  ]);
});

it('finds none of another guest, and none where there never was one', async () => {
  await inboxWith('tab-1');
  expect(await idsOf(await inboxWith('tab-2'))).toEqual(['tab-2']);
  expect(await idsOf(randomUUID())).toEqual([]);
});

it('takes a connection that is noted twice for one', async () => {
  expect(await idsOf(await inboxWith('tab-1', 'tab-1'))).toEqual(['tab-1']);
});

it('removes a connection and no other, however often', async () => {
  const inbox = await inboxWith('tab-1', 'tab-2');
  await listeners.remove(inbox, 'tab-1');
  await listeners.remove(inbox, 'tab-1');
  expect(await idsOf(inbox)).toEqual(['tab-2']);
});

it('does not find what has outlived the longest connection, whether or not the table has deleted it', async () => {
  const inbox = await inboxWith('tab-1');
  const twoHours = 2 * 3_600_000;
  expect(await idsOf(inbox, T + twoHours - 1)).toEqual(['tab-1']);
  expect(await idsOf(inbox, T + twoHours)).toEqual([]);
});

it('lets the table delete it then', async () => {
  const inbox = await inboxWith('tab-1');
  const Key = { pk: { S: `inbox#${inbox}` }, sk: { S: 'connection#tab-1' } };
  expect(await db.call('GetItem', { TableName: db.name, Key })).toMatchObject({
    Item: { expiresAt: { N: String(T / 1_000 + 7_200) } },
  });
});

it('finds twenty at most: the newest', async () => {
  const tabs = Array.from({ length: 22 }, (_, index) => `tab-${index}`);
  const found = await idsOf(await inboxWith(...tabs));
  expect(found).toEqual(tabs.slice(2).reverse());
});
