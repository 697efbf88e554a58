import { describe, expect, it } from 'vitest';
import { p99Of } from './measure.ts';

const round = (...latencies: number[]) => ({ latencies });

describe('a p99', () => {
  it('is of all rounds together', () => {
    const slow = round(...Array.from({ length: 10 }, () => 90));
    const fast = round(...Array.from({ length: 490 }, () => 1));
    expect(p99Of([fast, slow])).toEqual({ samples: 500, ms: 90 });
  });

  it('of fewer than 500 messages is not told', () => {
    expect(p99Of([round(...Array.from({ length: 499 }, () => 1))])).toEqual({ samples: 499 });
  });
});
