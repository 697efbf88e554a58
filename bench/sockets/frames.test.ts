import { describe, expect, it } from 'vitest';
import { assertSame, framesOf, receiptOf } from './frames.ts';

const sent = framesOf('round', 3);
const [one = '', two = '', three = ''] = sent;

it('frames can be told apart, and say on and off by turns', () => {
  expect(new Set(sent).size).toBe(3);
  expect(sent.map((text) => /"isTyping":(\w+)/.exec(text)?.[1])).toEqual(['true', 'false', 'true']);
});

describe('that all did the same', () => {
  it('is so where every frame arrived in its turn', () => {
    expect(() => {
      assertSame('kept', sent, [...sent]);
    }).not.toThrow();
  });

  it.each([
    ['is missing', [one, three]],
    ['came twice', [one, two, two, three]],
    ['came out of turn', [one, three, two]],
    ['is one that nobody sent', [one, two, 'else']],
  ])('is not so where a frame %s', (_, received) => {
    expect(() => {
      assertSame('kept', sent, received);
    }).toThrow(/^kept: frame \d was /);
  });
});

describe('what became of frames', () => {
  it.each([
    [0, 0, sent],
    [1, 0, [one, three]],
    [3, 0, []],
    [0, 1, [one, two, two, three]],
    [1, 2, [one, three, three, three]],
  ])('is that %i of three were lost and %i came twice', (lost, repeats, received) => {
    expect(receiptOf('kept', sent, received)).toEqual({ lost, repeats });
  });

  it.each([
    ['out of turn', [two, one]],
    ['again after a later one', [one, two, one]],
    ['without being sent', ['else']],
  ])('cannot be said where a frame came %s', (_, received) => {
    expect(() => receiptOf('kept', sent, received)).toThrow(/arrived and was not its turn/);
  });
});
