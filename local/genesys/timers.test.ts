import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { makeTimers } from './timers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a timer ends what it is for once its time is over, unless it was stopped', () => {
  const after = makeTimers(new AbortController().signal);
  const [ended, stopped] = [vi.fn(), vi.fn()];
  after(100, ended);
  after(100, stopped)();
  vi.advanceTimersByTime(99);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ended).toHaveBeenCalledOnce();
  expect(stopped).not.toHaveBeenCalled();
});

test('nothing happens any more once the org is closed', () => {
  const closing = new AbortController();
  const ended = vi.fn();
  makeTimers(closing.signal)(100, ended);
  closing.abort();
  vi.advanceTimersByTime(1000);
  expect(ended).not.toHaveBeenCalled();
});

test('a time that is longer than a timer can wait does not end at once', () => {
  const ended = vi.fn();
  makeTimers(new AbortController().signal)(2 ** 31, ended);
  vi.advanceTimersByTime(60_000);
  expect(ended).not.toHaveBeenCalled();
});
