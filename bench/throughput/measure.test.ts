import { describe, expect, it } from 'vitest';
import { figureOf } from '../measure/figures.ts';
import { cpuOf, p99Of } from './measure.ts';

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

describe('processor time', () => {
  const cpu = { leader: 100, stack: 300, clients: 100 };

  it('is of all processes, for each message that was sent', () => {
    expect(cpuOf([{ sent: 100, cpu }], false)).toEqual({ all: figureOf([4]) });
  });

  it('of the table, the org and the clients is told where they are processes of their own', () => {
    expect(cpuOf([{ sent: 100, cpu }], true)).toMatchObject({ all: { median: 4 }, around: { median: 2 } });
  });

  it('is not told where the system does not', () => {
    expect(cpuOf([{ sent: 100 }], true)).toBeUndefined();
  });
});
