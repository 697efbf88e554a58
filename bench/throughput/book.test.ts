import { describe, expect, it } from 'vitest';
import { makeBook } from './book.ts';

describe('the book of a crowd', () => {
  it('has how long each message took that arrived in the measured time, in order', () => {
    const book = makeBook();
    book.sent('slow', true, 1_000);
    book.sent('fast', true, 1_010);
    book.arrived('fast', true, 1_015);
    book.arrived('slow', true, 1_020);
    book.sent('fast', false, 1_900);
    book.arrived('fast', false, 2_000);
    expect(book.close(1_000, 2_000)).toMatchObject({
      sent: 3,
      arrived: 3,
      lost: 0,
      doubled: 0,
      latencies: [5, 20],
      sessions: ['fast', 'slow'],
    });
  });

  it('has what is under way at its end as lost', () => {
    const book = makeBook();
    book.sent('a', true, 0);
    expect(book.underWay()).toBe(1);
    expect(book.close(0, 1)).toMatchObject({ sent: 1, arrived: 0, lost: 1 });
  });

  it('has an "on" that comes once more, or that nobody sent, as doubled', () => {
    const book = makeBook();
    book.sent('a', true, 0);
    expect(book.arrived('a', true, 1)).toBe(true);
    expect(book.arrived('a', true, 2)).toBe(false);
    expect(book.arrived('b', true, 3)).toBe(false);
    expect(book.arrived('b', false, 4)).toBe(false);
    expect(book.close(0, 9)).toMatchObject({ arrived: 1, doubled: 3, repeated: 0 });
  });

  it('has an "off" that comes once more as repeated, which the relay may do', () => {
    const book = makeBook();
    book.sent('a', false, 0);
    book.arrived('a', false, 1);
    book.arrived('a', false, 2);
    expect(book.close(0, 9)).toMatchObject({ doubled: 0, repeated: 1 });
  });

  it('counts what else went wrong by its words', () => {
    const book = makeBook();
    for (const what of ['one', 'two', 'one']) book.trouble(what);
    expect(book.close(0, 9)).toHaveProperty('trouble', { one: 2, two: 1 });
  });

  it('lets no guest send before its last message has arrived', () => {
    const book = makeBook();
    book.sent('a', true, 0);
    expect(() => {
      book.sent('a', false, 1);
    }).toThrow('one message under way');
  });
});
