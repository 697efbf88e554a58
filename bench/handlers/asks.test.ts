import { describe, expect, it } from 'vitest';
import { asksOf, countAsks, mustAsk } from './asks.ts';
import type { Work } from './same-work.ts';

const work = (table: string[], queue: number, answers: number): Work => ({
  answers: Array.from({ length: answers }),
  table: table.map((what) => ({ what })),
  queue: Array.from({ length: queue }),
  upstream: [],
  items: [],
});

describe('what a message asks for', () => {
  it('is one write where typing lapses by itself', async () => {
    expect(await countAsks('open-messaging')).toEqual({ reads: 0, writes: 1, queueRequests: 0 });
  });

  it('is the mean of an "on" and an "off" where typing is held', async () => {
    expect(await countAsks('participant-state')).toEqual({ reads: 0.5, writes: 1.5, queueRequests: 0.5 });
  });

  it('is not guessed for a sort that nobody counts', () => {
    expect(() => asksOf('open-messaging', {})).toThrow(
      "bench/traffic does not count 'on, a refresh' of open-messaging",
    );
  });

  const held = { reads: 0.5, writes: 1.5, queueRequests: 0.5 };

  it('is what the far side was asked for', () => {
    const calls = ['UpdateItem', 'GetItem', 'UpdateItem', 'UpdateItem'];
    expect(() => {
      mustAsk('participant-state', work(calls, 1, 2), held);
    }).not.toThrow();
  });

  it.each([
    ['reads', work(['UpdateItem', 'UpdateItem', 'UpdateItem'], 1, 2)],
    ['writes', work(['UpdateItem', 'GetItem', 'UpdateItem'], 1, 2)],
    ['queueRequests', work(['UpdateItem', 'GetItem', 'UpdateItem', 'UpdateItem'], 2, 2)],
  ])('or the cost would be of other %s', (name, seen) => {
    expect(() => {
      mustAsk('participant-state', seen, held);
    }).toThrow(
      new RegExp(`^participant-state: 2 messages asked for \\d ${name}, and the cost is reckoned with `),
    );
  });
});
