import { describe, expect, it } from 'vitest';
import type { Arrival } from './far-side.ts';
import { assertThaw, measureThaws, type ThawWorld } from './thaw.ts';
import { WayError } from './undisturbed.ts';

const NONE = { lost: 0, repeats: 0 };

describe('a thaw', () => {
  it.each([
    ['kept', 'healthy', 0],
    ['kept', 'frame', 1],
    ['kept', 'silent', 1],
    ['checked', 'healthy', 0],
    ['checked', 'reset', 1],
    ['checked', 'silent', 0],
  ] as const)(
    '%s: %s is to open %i sockets, and with another number is made again',
    (side, fault, opened) => {
      const cell = { side, fault } as const;
      expect(() => {
        assertThaw('one', cell, opened, NONE);
      }).not.toThrow();
      expect(() => {
        assertThaw('one', cell, opened + 1, NONE);
      }).toThrow(WayError);
    },
  );

  it('may bring a frame twice where the relay opened a socket, and nowhere else', () => {
    const twice = { lost: 0, repeats: 1 };
    expect(() => {
      assertThaw('one', { side: 'kept', fault: 'frame' }, 1, twice);
    }).not.toThrow();
    expect(() => {
      assertThaw('one', { side: 'kept', fault: 'healthy' }, 0, twice);
    }).toThrow('one: 1 frames came twice');
    expect(() => {
      assertThaw('one', { side: 'checked', fault: 'frame' }, 1, twice);
    }).toThrow('one: 1 frames came twice');
  });

  it('loses nothing on a healthy socket', () => {
    expect(() => {
      assertThaw('one', { side: 'checked', fault: 'healthy' }, 0, { lost: 1, repeats: 0 });
    }).toThrow('one: 1 frames were lost on a healthy socket');
  });
});

/** All that is sent arrives; calls of which this is said are told that they failed. */
function worldWhere(fails: (call: number) => boolean): ThawWorld {
  const nothing = (): Promise<void> => Promise.resolve();
  const never = (): never => {
    throw new Error('went on after the first thaw');
  };
  const arrivals: Arrival[] = [];
  return {
    process: {
      ask: (order) => {
        if (order.kind !== 'send') return Promise.resolve({ calls: [], cpuMs: 0 });
        const { text } = order;
        arrivals.push({ path: '/guest', text, at: 2 });
        const error = fails(arrivals.length) ? 'no pong' : undefined;
        return Promise.resolve({ calls: [{ text, start: 1, end: 3, error }], cpuMs: 0 });
      },
      freeze: nothing,
      thaw: () => undefined,
      close: nothing,
    },
    side: {
      port: 0,
      arrivals,
      connections: [],
      settled: nothing,
      sayGoodbye: never,
      allClosed: nothing,
      close: nothing,
    },
    proxy: { host: '', passages: [], breakAll: never, hangUp: nothing, close: nothing },
    signal: new AbortController().signal,
    say: () => undefined,
  };
}

describe('a call that fails though its frame arrived', () => {
  it.each([1, 2, 4])('fails the measurement, as call %i', async (failing) => {
    const world = worldWhere((call) => call === failing);
    await expect(measureThaws(world, 1)).rejects.toThrow(/^kept-healthy: \{.*\} failed: no pong$/);
  });

  it('is none of a run that goes on', async () => {
    await expect(
      measureThaws(
        worldWhere(() => false),
        1,
      ),
    ).rejects.toThrow('went on after the first thaw');
  });
});
