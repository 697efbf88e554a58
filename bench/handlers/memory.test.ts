import { describe, expect, it } from 'vitest';
import { warmAtOf } from './memory.ts';

describe('the messages of all rounds', () => {
  it('say together what the middle one waits, and the slowest in twenty', () => {
    const walls = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(warmAtOf(walls)).toEqual({
      messages: 100,
      p50: 50,
      p95: 95,
      p95Span: { from: 91, to: 99 },
      billed: 50.5,
    });
  });

  it('are billed by whole milliseconds each', () => {
    expect(warmAtOf([0.2, 1.1, 3]).billed).toBe(2);
  });
});
