import { describe, expect, it } from 'vitest';
import { assertWay, runUndisturbed, WayError } from './calls.ts';
import { assertSame, framesOf, lostOf } from './frames.ts';

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

  it('needs the sockets that a contender stands for', () => {
    const [fresh, resumed] = [{ isResumed: false }, { isResumed: true }];
    expect(() => {
      assertWay('reconnect', [fresh, resumed, resumed], 3, true);
      assertWay('sample', [fresh, fresh], 2, false);
      assertWay('kept', [resumed], 1, undefined);
    }).not.toThrow();
    expect(() => {
      assertWay('kept', [fresh, fresh], 1, undefined);
    }).toThrow('opened 2 sockets and was to open 1');
    expect(() => {
      assertWay('reconnect', [fresh, resumed, fresh], 3, true);
    }).toThrow('not all taken up again');
    expect(() => {
      assertWay('sample', [fresh, resumed], 2, false);
    }).toThrow('partly taken up again');
  });
});

describe('a run', () => {
  /** Fails so often, and counts how often it ran. */
  const failing = (times: number, error: Error) => {
    const ran = { times: 0 };
    const run = (): Promise<number> => {
      ran.times += 1;
      return ran.times <= times ? Promise.reject(error) : Promise.resolve(ran.times);
    };
    return { ran, run };
  };

  it('that the machine disturbed is made again', async () => {
    expect(await runUndisturbed(failing(2, new WayError('opened 2')).run)).toBe(3);
  });

  it('that always fails is a failure', async () => {
    const { ran, run } = failing(Infinity, new WayError('opened 2'));
    await expect(runUndisturbed(run)).rejects.toThrow('opened 2');
    expect(ran.times).toBe(3);
  });

  it('that brought other frames is not made again', async () => {
    const { ran, run } = failing(1, new Error('frame 0'));
    await expect(runUndisturbed(run)).rejects.toThrow('frame 0');
    expect(ran.times).toBe(1);
  });
});

describe('what was lost', () => {
  it.each([
    [0, sent],
    [1, [one, three]],
    [3, []],
  ])('is %i of three', (lost, received) => {
    expect(lostOf('kept', sent, received)).toBe(lost);
  });

  it.each([
    ['twice', [one, one]],
    ['out of turn', [two, one]],
    ['without being sent', ['else']],
  ])('cannot be said where a frame came %s', (_, received) => {
    expect(() => lostOf('kept', sent, received)).toThrow(/arrived and was not its turn/);
  });
});
