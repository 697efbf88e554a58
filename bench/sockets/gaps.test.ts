import { expect, it } from 'vitest';
import { SOCKET_IDLE_MS, SOCKET_PING_AFTER_MS } from '../../functions/relay/constants.ts';
import { GAP_MS, GAPS, secondsOf } from './gaps.ts';

it('there is a gap for each way in which a kept socket is used', () => {
  const bounds = {
    none: [0, SOCKET_PING_AFTER_MS],
    idle: [SOCKET_PING_AFTER_MS, SOCKET_IDLE_MS],
  };
  for (const gap of GAPS) {
    const [from = NaN, to = NaN] = bounds[gap];
    expect(GAP_MS[gap]).toBeGreaterThanOrEqual(from);
    // What goes by in truth comes on top: it must not make another way of it.
    expect(GAP_MS[gap] + 500).toBeLessThan(to);
  }
});

it('gaps are told in seconds', () => {
  expect(secondsOf(GAP_MS.idle)).toBe('6 s');
});
