import { describe, expect, it } from 'vitest';
import { assertTrips, assertWay } from './calls.ts';
import { WayError } from './undisturbed.ts';

/** A connection of the far side's list. */
const connection = (is: { isResumed?: boolean; pings?: number } = {}) => ({
  isResumed: false,
  pings: 0,
  ...is,
});
const [fresh, resumed] = [connection(), connection({ isResumed: true })];

describe('a run', () => {
  it('counts where its sockets are those that its contender stands for', () => {
    expect(() => {
      assertWay('reconnect', [fresh, resumed, resumed], 3, { resumes: true, pings: 'nothing' });
      assertWay('sample', [fresh, fresh], 2, { resumes: false, pings: 'nothing' });
      assertWay('checked', [resumed], 3, { pings: 'nothing' });
      assertWay('kept', [connection({ pings: 1 })], 3, { pings: 'opening' });
      assertWay('kept, idle', [connection({ pings: 3 })], 3, { pings: 'each frame' });
    }).not.toThrow();
  });

  it.each([
    ['opened another socket', [fresh, fresh], { pings: 'nothing' }, 'opened 2 sockets and was to open 1'],
    [
      'opened one for all',
      [fresh],
      { resumes: false, pings: 'nothing' },
      'opened 1 sockets and was to open 3',
    ],
    [
      'made TLS anew',
      [fresh, resumed, fresh],
      { resumes: true, pings: 'nothing' },
      'sessions were not all taken up again',
    ],
    [
      'took TLS up again',
      [fresh, resumed, fresh],
      { resumes: false, pings: 'nothing' },
      'sessions were partly taken up again',
    ],
    [
      'came late enough for a ping',
      [connection({ pings: 2 })],
      { pings: 'opening' },
      'sent 2 pings and was to send 1',
    ],
    [
      'came too soon for pings',
      [connection({ pings: 1 })],
      { pings: 'each frame' },
      'sent 1 pings and was to send 3',
    ],
  ] as const)('does not count where it %s', (_, connections, way, words) => {
    expect(() => {
      assertWay('one', connections, 3, way);
    }).toThrow(words);
  });

  it.each([
    ['kept', 0, [0, 0]],
    ['kept, idle', 1, [1, 1]],
    ['sample', undefined, [5, 4]],
  ] as const)('counts where each call of %s waits for %s round trips', (who, trips, counted) => {
    expect(() => {
      assertTrips(who, counted, { pings: 'nothing', ...(trips !== undefined && { trips }) });
    }).not.toThrow();
  });

  it.each([
    ['waits for what nobody is to wait for', 0, [0, 1, 0]],
    ['does not wait for an answer', 1, [1, 0, 1]],
    ['waits for more than one answer', 1, [2, 1, 1]],
  ])('does not count where a call %s', (_, trips, counted) => {
    const run = (): void => {
      assertTrips('one', counted, { pings: 'nothing', trips });
    };
    expect(run).toThrow(WayError);
    expect(run).toThrow(`blocked for ${counted.join(', ')} round trips and was to block for ${trips}`);
  });
});
