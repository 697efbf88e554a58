import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { GuestFrame } from './app/typing.ts';
import { makeTypingSender } from './app/typing.ts';

const on = { type: 'typing', data: { isTyping: true } };
const off = { type: 'typing', data: { isTyping: false } };

let sent: GuestFrame[];
let isOpen: boolean;
const make = () =>
  makeTypingSender((frame) => {
    if (isOpen) sent.push(frame);
    return isOpen;
  });
let typing: ReturnType<typeof make>;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  isOpen = true;
  typing = make();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A key a second. */
function keys(count: number): void {
  for (let key = 0; key < count; key += 1) {
    typing.input('abc');
    vi.advanceTimersByTime(1_000);
  }
}

describe('on', () => {
  test('goes out at the first key', () => {
    typing.input('a');
    expect(sent).toEqual([on]);
  });

  test('is said again every 5 seconds while keys come, and not in between', () => {
    keys(5);
    expect(sent).toEqual([on]);
    keys(1);
    expect(sent).toEqual([on, on]);
    keys(10);
    expect(sent).toEqual([on, on, on, on]);
  });

  test('goes out at once after an off', () => {
    typing.input('a');
    typing.stop();
    typing.input('b');
    expect(sent).toEqual([on, off, on]);
  });
});

describe('off', () => {
  test('goes out once after 6 seconds without a key', () => {
    typing.input('a');
    vi.advanceTimersByTime(5_999);
    expect(sent).toEqual([on]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([on, off]);
    vi.advanceTimersByTime(60_000);
    expect(sent).toEqual([on, off]);
  });

  test.each([
    [
      'the message is sent, or the box is left',
      () => {
        typing.stop();
      },
    ],
    [
      'the box is cleared',
      () => {
        typing.input('');
      },
    ],
  ])('goes out when %s', (_when, end) => {
    typing.input('a');
    end();
    expect(sent).toEqual([on, off]);
    end();
    vi.advanceTimersByTime(60_000);
    expect(sent).toEqual([on, off]);
  });

  test('is not said when nothing was shown', () => {
    typing.input('');
    typing.stop();
    expect(sent).toEqual([]);
  });
});

describe('a socket that is not open', () => {
  test('gets nothing, and no off is owed then', () => {
    isOpen = false;
    typing.input('a');
    typing.stop();
    expect(sent).toEqual([]);
  });

  test('is told with the first key after it opened', () => {
    isOpen = false;
    typing.input('a');
    isOpen = true;
    typing.opened();
    typing.input('ab');
    expect(sent).toEqual([on]);
  });

  test('that closed has nothing shown: the next one begins with on', () => {
    typing.input('a');
    typing.closed();
    vi.advanceTimersByTime(60_000);
    typing.opened();
    typing.input('ab');
    expect(sent).toEqual([on, on]);
  });
});

test('an open socket is pinged every 5 minutes', () => {
  typing.opened();
  vi.advanceTimersByTime(10 * 60_000);
  expect(sent).toEqual([{ type: 'ping' }, { type: 'ping' }]);
  typing.closed();
  vi.advanceTimersByTime(10 * 60_000);
  expect(sent).toHaveLength(2);
});
