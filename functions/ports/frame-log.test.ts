import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTable, type TestTable } from '../../test/table.ts';
import type { FrameLog } from '../relay/flood.ts';
import { makeFrameLog } from './frame-log.ts';

let table: TestTable;
let frames: FrameLog;

beforeAll(async () => {
  table = await startTable();
  frames = makeFrameLog(table.call, table.name);
});
afterAll(() => table.close());

describe('the marks of a connection', () => {
  it('are added up, each once, whoever adds them', async () => {
    expect(await frames.add('one', ['1/a'], 9)).toEqual(['1/a']);
    const added = [frames.add('one', ['1/a', '2/b'], 9), frames.add('one', ['3/c'], 9)];
    const all = (await Promise.all(added)).map((marks) => marks?.length);
    expect(all.toSorted()).toEqual([2, 3]);
  });

  it('are those of one connection', async () => {
    await frames.add('two', ['1/a'], 9);
    expect(await frames.add('three', ['2/b'], 9)).toEqual(['2/b']);
  });

  it('can be taken away', async () => {
    await frames.add('four', ['1/a', '2/b'], 9);
    await frames.remove('four', ['1/a', 'never/there']);
    expect(await frames.add('four', ['3/c'], 9)).toEqual(['2/b', '3/c']);
  });

  it('are no longer kept once the flood was told, which one alone may do', async () => {
    await frames.add('five', ['1/a'], 9);
    const claims = await Promise.all([5, 6, 7].map((at) => frames.claim('five', at, at - 5)));
    expect(claims.filter((mine) => mine)).toHaveLength(1);
    expect(await frames.add('five', ['2/b'], 9)).toBeUndefined();
  });

  it('may be told again a while later', async () => {
    expect(await frames.claim('seven', 10, 5)).toBe(true);
    expect(await frames.claim('seven', 14, 9)).toBe(false);
    expect(await frames.claim('seven', 15, 10)).toBe(true);
  });

  it('expire with the item', async () => {
    await frames.add('six', ['1/a'], 1_234);
    const Key = { pk: { S: 'connection#six' }, sk: { S: 'frames' } };
    expect(await table.call('GetItem', { TableName: table.name, Key })).toMatchObject({
      Item: { expiresAt: { N: '1234' } },
    });
  });
});
