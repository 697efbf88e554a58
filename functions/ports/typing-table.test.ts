import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { startTable, type TestTable } from '../../test/table.ts';
import type { TypingEvent, TypingStore } from '../relay/typing.ts';
import type { Timing } from '../relay/upstream.ts';
import { makeTypingTable } from './typing-table.ts';

const T = 1_000_000;

let db: TestTable;
let table: TypingStore;

beforeAll(async () => {
  db = await startTable();
  table = makeTypingTable(db.call, db.name);
});
afterAll(() => db.close());

const event = (isTyping: boolean, at: number, connectionId = 'tab-1'): TypingEvent => ({
  connectedAt: T,
  isTyping,
  at: T + at,
  connectionId,
});

describe('the table decides as the pure function does', () => {
  const wait = fc.oneof(
    fc.integer({ min: -1_500, max: 6_000 }),
    fc.constantFrom(0, 999, 1_000, 4_499, 4_500),
  );
  const typing = fc.record({ isTyping: fc.boolean(), tab: fc.constantFrom('a', 'b', 'new'), wait });
  const mishap = fc.constantFrom(
    'on failed',
    'on may have failed',
    'off taken',
    'said again',
    'quiet',
    'silence',
    'end',
  );
  const step = fc.oneof({ weight: 5, arbitrary: typing }, { weight: 1, arbitrary: mishap });

  /** What follows a failed send or a silence, done to a store. */
  async function mend(
    store: TypingStore,
    session: string,
    what: string,
    at: number,
    shownAt = 0,
  ): Promise<unknown> {
    if (what === 'off taken') return store.settle(session, shownAt);
    if (what === 'said again') return store.restate(session, shownAt, shownAt + 1_000);
    if (what === 'silence') return store.expire(session, at);
    if (what === 'quiet') return store.quiet(session, at + 3_000);
    if (what === 'end') return store.end(session, at);
    return store.onFailed(session, shownAt, what === 'on may have failed');
  }

  it.each<Timing>(['held', 'expiring'])(
    'over random histories: %s',
    async (timing) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (history) => {
          const session = randomUUID();
          const memory = makeMemoryStore();
          let at = T;
          for (const one of history) {
            const state = memory.states.get(session);
            if (typeof one === 'string') {
              const times = [state?.at ?? T, state?.shownAt ?? state?.lastOnAt] as const;
              const mended = await mend(memory, session, one, ...times);
              expect(await mend(table, session, one, ...times)).toEqual(mended);
            } else {
              at = Math.max(T, at + one.wait);
              const connectedAt = one.tab === 'new' ? at : T;
              const happened = { isTyping: one.isTyping, connectionId: one.tab, connectedAt, at };
              const decision = await memory.decide(session, happened, timing);
              expect(await table.decide(session, happened, timing)).toEqual(decision);
            }
            expect(await table.read(session)).toEqual(memory.states.get(session));
          }
        }),
        { numRuns: 40 },
      );
    },
    120_000,
  );

  it('also when many ask at once: one on is sent', async () => {
    const session = randomUUID();
    const asked = Array.from({ length: 20 }, (_, index) => table.decide(session, event(true, index), 'held'));
    const sent = (await Promise.all(asked)).filter(({ send }) => send === 'on');
    expect(sent).toHaveLength(1);
  });
});

describe('what went wrong is taken back', () => {
  const shown = async () => {
    const session = randomUUID();
    await table.decide(session, event(true, 0), 'held');
    return session;
  };

  it('an on that was refused does not count as shown: the next one tries again, a second later', async () => {
    const session = await shown();
    await table.onFailed(session, T, false);
    expect(await table.decide(session, event(true, 500), 'held')).toMatchObject({ outcome: 'coalesced' });
    expect(await table.decide(session, event(true, 1_000), 'held')).toMatchObject({
      outcome: 'forwarded',
      send: 'on',
    });
  });

  it('an on that may have got through is tried again, and its off stays owed', async () => {
    const session = await shown();
    await table.onFailed(session, T, true);
    expect(await table.decide(session, event(false, 500), 'held')).toMatchObject({
      outcome: 'forwarded',
      send: 'off',
    });
  });

  it('an on that something newer has followed is left alone', async () => {
    const session = await shown();
    await table.onFailed(session, T - 1, false);
    expect((await table.read(session))?.shownAt).toBe(T);
  });

  it('an off is owed until it was taken, and then no more', async () => {
    const session = await shown();
    const off = await table.decide(session, event(false, 500), 'held');
    expect(off).toMatchObject({ send: 'off', ends: T });
    // While it is on its way a second one adds nothing.
    expect(await table.decide(session, event(false, 600), 'held')).toMatchObject({ outcome: 'ignored' });
    expect(await table.decide(session, event(false, 3_500), 'held')).toMatchObject({ send: 'off', ends: T });
    expect(await table.settle(session, T)).toBeUndefined();
    expect(await table.decide(session, event(false, 6_500), 'held')).toMatchObject({ outcome: 'ignored' });
  });

  it('an off that was taken after a newer on says so, and leaves that owed', async () => {
    const session = await shown();
    await table.decide(session, event(false, 500), 'held');
    await table.decide(session, event(true, 1_500), 'held');
    expect(await table.settle(session, T)).toBe(T + 1_500);
    await table.decide(session, event(false, 1_600), 'held');
    expect(await table.settle(session, T)).toBeUndefined();
    expect((await table.read(session))?.owed).toBe(true);
  });

  it('an on is said again only while it shows', async () => {
    const session = await shown();
    expect(await table.restate(session, T, T + 1_000)).toBe(true);
    expect(await table.restate(session, T, T + 2_000)).toBe(false);
    expect((await table.read(session))?.shownAt).toBe(T + 1_000);
  });

  it('a session that is over is over for good', async () => {
    const session = await shown();
    await table.onFailed(session, T, false);
    await table.end(session, T + 600);
    expect(await table.decide(session, event(true, 5_000), 'held')).toMatchObject({ outcome: 'ended' });
  });

  it('silence takes back what is shown, unless there was a sign of life', async () => {
    const session = await shown();
    await table.decide(session, event(true, 5_000), 'held');
    expect(await table.expire(session, T)).toBeUndefined();
    expect(await table.expire(session, T + 5_000)).toBe(T);
    expect((await table.read(session))?.shownAt).toBeUndefined();
  });
});

describe('an item', () => {
  const put = (session: string, fields: object) =>
    db.call('PutItem', {
      TableName: db.name,
      Item: { pk: { S: `session#${session}` }, sk: { S: 'typing' }, ...fields },
    });

  it('that is not there is no state', async () => {
    expect(await table.read(randomUUID())).toBeUndefined();
  });

  it('of another version is read as far as it goes', async () => {
    const session = randomUUID();
    await put(session, { at: { N: String(T) }, version: { S: 'x' }, future: { L: [] } });
    expect(await table.read(session)).toEqual({ at: T, by: '', lastOnAt: 0 });
    expect(await table.decide(session, event(true, 1), 'held')).toMatchObject({
      outcome: 'forwarded',
      send: 'on',
    });
  });

  it('without a time counts as none', async () => {
    const session = randomUUID();
    await put(session, { owed: { BOOL: true } });
    expect(await table.read(session)).toBeUndefined();
  });

  it('expires some hours after its last event', async () => {
    const session = randomUUID();
    await table.decide(session, event(true, 0), 'held');
    const answer = await db.call('GetItem', {
      TableName: db.name,
      Key: { pk: { S: `session#${session}` }, sk: { S: 'typing' } },
    });
    expect(answer).toMatchObject({ Item: { expiresAt: { N: String(T / 1000 + 3 * 3_600) } } });
  });
});
