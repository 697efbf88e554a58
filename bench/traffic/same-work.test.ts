import { describe, expect, it } from 'vitest';
import { assertSameFrames, assertSameWork, type Counted, type Said } from './same-work.ts';

const counted = (changes: Partial<Counted> = {}): Counted => ({
  name: 'one',
  drafts: 10,
  keys: 400,
  typingMs: 90_000,
  framesSent: 30,
  frames: 30,
  calls: 20,
  checks: 1,
  reached: 19,
  lost: 1,
  long: { drafts: 9, shown: 9 },
  ...changes,
});
const other = (changes: Partial<Counted>) => [counted(), counted({ name: 'other', ...changes })];

describe('the same work', () => {
  it('is the same drafts and keys, whatever each makes of them', () => {
    const all = other({ frames: 400, framesSent: 400, calls: 399, reached: 397, lost: 2 });
    expect(() => {
      assertSameWork(all, { isLossless: false });
    }).not.toThrow();
  });

  it.each([
    ['another number of drafts', { drafts: 9 }, 'other has 9 drafts, one 10'],
    ['another number of keys', { keys: 399 }, 'other has 399 keys, one 400'],
    ['other times', { typingMs: 1 }, 'other has 1 typingMs'],
    ['a frame that was not counted', { frames: 29 }, 'other sent 30 frames, 29 were counted'],
    ['a call that the far side did not see', { reached: 18 }, 'the far side has 18 and 1 that were lost'],
    ['an effect without a call', { reached: 20 }, 'other made 20 calls, the far side has 20'],
  ])('is not %s', (_, changes, words) => {
    expect(() => {
      assertSameWork(other(changes), { isLossless: false });
    }).toThrow(words);
  });

  it('shows each draft that is long enough, where nothing is lost', () => {
    const unseen = other({ lost: 0, reached: 20, long: { drafts: 9, shown: 8 } });
    expect(() => {
      assertSameWork(unseen, { isLossless: true });
    }).toThrow('other showed 8 of 9 drafts');
    expect(() => {
      assertSameWork(unseen, { isLossless: false });
    }).not.toThrow();
  });

  it('loses nothing where nothing is lost', () => {
    expect(() => {
      assertSameWork([counted()], { isLossless: true });
    }).toThrow('one lost 1 calls');
  });

  it('is something', () => {
    expect(() => {
      assertSameWork([], { isLossless: true });
    }).toThrow('nothing was typed');
    expect(() => {
      assertSameWork([counted({ keys: 0 })], { isLossless: true });
    }).toThrow('nothing was typed');
  });
});

describe('the same frames', () => {
  const frames = [
    { at: 10, on: true },
    { at: 160, on: true },
    { at: 1_160, on: false },
  ];
  const said = (changes: Partial<Said> = {}): Said => ({
    name: 'one',
    timing: 'held',
    sent: frames,
    received: frames.slice(1),
    ...changes,
  });
  const beside = (changes: Partial<Said>) => () => {
    assertSameFrames([said(), said({ name: 'other', ...changes })]);
  };
  const changed = (index: number, frame: Said['sent'][number]) => frames.with(index, frame);

  it('are the same in number, kind and time, before upstreams of one timing', () => {
    expect(beside({})).not.toThrow();
    expect(beside({ timing: 'expiring', sent: [], received: [] })).not.toThrow();
  });

  it.each([
    ['fewer', { sent: frames.slice(1) }, 'other sent 2, one 3'],
    ['later ones', { sent: changed(1, { at: 161, on: true }) }, '1 of other is on at 161, of one on at 160'],
    [
      'other ones',
      { sent: changed(2, { at: 1_160, on: true }) },
      '2 of other is on at 1160, of one off at 1160',
    ],
    ['ones that did not arrive', { received: frames.slice(2) }, 'other received 1, one 2'],
    [
      'ones that arrived later',
      {
        received: [
          { at: 1, on: true },
          { at: 2, on: false },
        ],
      },
      'of those received, 0',
    ],
  ])('are not %s', (_, changes, words) => {
    expect(beside(changes)).toThrow(words);
  });
});
