import { describe, expect, it } from 'vitest';
import { bytesOf, type Passage, roundTripsIn } from './round-trips.ts';

/** `connect`, `up` and `down` in turn, a millisecond apart. */
const passagesOf = (words: string, line = 0): Passage[] =>
  words.split(' ').map((word, at) => {
    const what = word === 'up' || word === 'down' ? word : 'connect';
    return { at, line, what, bytes: what === 'connect' ? 0 : 10 };
  });

const ALL = { start: 0, end: 100 };

describe('the round trips that a call is blocked for', () => {
  it.each([
    ['a frame that is sent and not answered', 'up', 0],
    ['a ping and its answer', 'up down', 1],
    ['the handshake of TCP', 'connect', 1],
    ['an answer in several pieces', 'up down down down', 1],
    ['a question in several pieces', 'up up up down', 1],
    ['what the far side says by itself', 'down down', 0],
    ['TCP, TLS 1.3, the upgrade, the close', 'connect up down up down down up down', 4],
  ])('%s: %s is %i', (_, words, trips) => {
    expect(roundTripsIn(passagesOf(words), ALL)).toBe(trips);
  });

  it('are those of the call: what comes down after its end blocked nobody', () => {
    const passages = passagesOf('up down up down');
    expect(roundTripsIn(passages, { start: 0, end: 0.5 })).toBe(0);
    expect(roundTripsIn(passages, { start: 1.5, end: 3.5 })).toBe(1);
  });

  it('are told apart by connection: one does not answer what went up on another', () => {
    const passages = [...passagesOf('up', 0), ...passagesOf('down', 1)];
    expect(roundTripsIn(passages, ALL)).toBe(0);
  });
});

it('bytes are those of one direction', () => {
  const passages = passagesOf('connect up down up');
  expect([bytesOf(passages, 'up'), bytesOf(passages, 'down')]).toEqual([20, 10]);
});
