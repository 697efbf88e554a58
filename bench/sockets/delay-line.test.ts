import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeDelayLine } from './delay-line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('does each thing once its delay is over, and no sooner', () => {
  const done: string[] = [];
  const line = makeDelayLine(20);
  line.add(() => done.push('one'));
  vi.advanceTimersByTime(19);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['one']);
});

it('keeps the order, also where the first was to wait for longer', () => {
  const done: string[] = [];
  const line = makeDelayLine(20);
  line.add(() => done.push('one'), 40);
  line.add(() => done.push('two'));
  vi.advanceTimersByTime(59);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['one', 'two']);
});

it('goes on after it was empty, and says when it is', () => {
  const onEmpty = vi.fn();
  const done: string[] = [];
  const line = makeDelayLine(20, onEmpty);
  line.add(() => done.push('one'));
  expect(line.isEmpty()).toBe(false);
  vi.advanceTimersByTime(20);
  expect(line.isEmpty()).toBe(true);
  line.add(() => done.push('two'));
  vi.advanceTimersByTime(20);
  expect(done).toEqual(['one', 'two']);
  expect(onEmpty).toHaveBeenCalledTimes(2);
});
