import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { makeMemoryFrames } from '../../test/memory-store.ts';
import { FRAMES_MAX, FRAMES_WINDOW_MS } from './constants.ts';
import { type FrameLog, makeFloodGuard, type Verdict } from './flood.ts';

const T = 1_000_000;

function setUp(frames: FrameLog = makeMemoryFrames()) {
  const warn = vi.fn();
  const guard = makeFloodGuard({ frames, warn });
  let requests = 0;
  const frame = (at: number, after?: number, connectionId = 'tab-1'): Promise<Verdict> =>
    guard(
      { connectionId, requestId: `r${requests++}`, receivedAt: T + at },
      after === undefined ? undefined : T + after,
    );
  return { frame, warn };
}

const fine = { flood: false };
const last = { flood: true, last: { type: 'error', error: { code: 'too_many_frames' } } };

/** Frames one after the other, at these times. @returns how many passed */
async function passed(frame: (at: number) => Promise<Verdict>, times: number[]): Promise<number> {
  let count = 0;
  for (const at of times) if (!(await frame(at)).flood) count++;
  return count;
}

const repeat = (count: number, at = 0): number[] => Array.from({ length: count }, () => at);

describe('a connection that sends', () => {
  it('twenty frames in two seconds goes on', async () => {
    const { frame } = setUp();
    expect(await passed(frame, repeat(20))).toBe(20);
    expect(await frame(2_000)).toEqual(fine);
  });

  it('one more is told once, and then nothing', async () => {
    const { frame, warn } = setUp();
    await passed(frame, repeat(20));
    expect(await frame(1_999)).toMatchObject(last);
    expect(await frame(1_999)).toEqual({ flood: true });
    expect(await frame(11_998)).toEqual({ flood: true });
    expect(warn).toHaveBeenCalledExactlyOnceWith('too_many_frames', {
      connectionId: 'tab-1',
      requestId: 'r20',
    });
  });

  it('on and on is told once more: it was not closed', async () => {
    const { frame } = setUp();
    await passed(frame, repeat(21));
    expect(await frame(1_999)).toEqual({ flood: true });
    expect(await frame(10_000)).toMatchObject(last);
    expect(await frame(10_001)).toEqual({ flood: true });
  });

  it('does not answer for another one', async () => {
    const { frame } = setUp();
    await passed(frame, repeat(20));
    expect(await frame(0, undefined, 'tab-2')).toEqual(fine);
  });

  it('a frame that was not counted has it counted by the next', async () => {
    const { frame } = setUp();
    expect(await frame(1, 0)).toEqual(fine);
    expect(await passed(frame, repeat(18, 2))).toBe(18);
    expect(await frame(3)).toMatchObject(last);
  });

  it('a frame that was counted does not have it counted twice', async () => {
    const { frame } = setUp();
    await frame(0);
    for (let at = 1; at < 20; at++) expect(await frame(at, at - 1)).toEqual(fine);
    expect(await frame(20, 19)).toMatchObject(last);
  });

  it('for hours leaves no more marks than it takes', async () => {
    const frames = makeMemoryFrames();
    const { frame } = setUp(frames);
    await passed(
      frame,
      Array.from({ length: 1_000 }, (_, index) => index * 200),
    );
    const marks = await frames.add('tab-1', ['0/x'], 0);
    expect(marks?.length).toBeLessThan(2 * FRAMES_MAX + 20);
  });
});

describe('the limit', () => {
  const times = fc.array(fc.integer({ min: 0, max: 3_999 }), { maxLength: 60 });

  it('is passed when some two seconds hold more frames than may be, in whatever order they are counted', async () => {
    await fc.assert(
      fc.asyncProperty(times, async (all) => {
        const { frame } = setUp();
        // Every window that matters begins with a frame.
        const busiest = Math.max(
          0,
          ...all.map((from) => all.filter((at) => at >= from && at < from + FRAMES_WINDOW_MS).length),
        );
        expect((await passed(frame, all)) < all.length).toBe(busiest > FRAMES_MAX);
      }),
      { examples: [[repeat(21)], [repeat(20)]] },
    );
  });

  it('is told by one frame alone, also when all are counted at once', async () => {
    const { frame } = setUp();
    const verdicts = await Promise.all(repeat(50).map((at) => frame(at)));
    expect(verdicts.filter((verdict) => verdict.flood && verdict.last)).toHaveLength(1);
    expect(verdicts.filter((verdict) => !verdict.flood)).toHaveLength(20);
  });
});

describe('a frame that cannot be counted', () => {
  it('passes, and leaves a log line', async () => {
    const frames = { ...makeMemoryFrames(), add: () => Promise.reject(new Error('throttled')) };
    const { frame, warn } = setUp(frames);
    expect(await frame(0)).toEqual(fine);
    expect(warn).toHaveBeenCalledExactlyOnceWith('frames_not_counted', {
      requestId: 'r0',
      cause: 'Error: throttled',
    });
  });
});
