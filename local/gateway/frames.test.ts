import { describe, expect, it } from 'vitest';
import { makeFrameMeter } from './frames.ts';

const TEXT = 1;
const CONTINUATION = 0;
const PING = 9;

/** A masked frame; the mask is nought. */
function frame(opcode: number, size: number, final = true): Buffer {
  const length =
    size < 126
      ? [size]
      : size < 65536
        ? [126, size >> 8, size & 255]
        : [127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255];
  const [short = 0, ...long] = length;
  return Buffer.concat([
    Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | short, ...long, 0, 0, 0, 0]),
    Buffer.alloc(size, 0xff),
  ]);
}

function meter(frames: readonly Buffer[], chunkSize: number): number[] {
  const calls: number[] = [];
  const measure = makeFrameMeter({ frameBytes: 70_000, messageBytes: 100_000 }, (before) =>
    calls.push(before),
  );
  const bytes = Buffer.concat(frames);
  for (let at = 0; at < bytes.length; at += chunkSize) measure(bytes.subarray(at, at + chunkSize));
  return calls;
}

describe.each([1, 7, 1_000_000])('the frame meter, %i bytes at a time', (chunkSize) => {
  it.each([
    [
      'lets frames of every length form pass',
      [frame(TEXT, 0), frame(TEXT, 125), frame(TEXT, 126), frame(TEXT, 70_000)],
      [],
    ],
    [
      'calls out at a frame that is too large',
      [frame(TEXT, 5), frame(TEXT, 70_001), frame(TEXT, 70_001)],
      [1],
    ],
    [
      'adds up the frames of a message',
      [frame(TEXT, 60_000, false), frame(PING, 9), frame(CONTINUATION, 40_001)],
      [0],
    ],
    [
      'begins anew with each message',
      [frame(TEXT, 60_000), frame(TEXT, 60_000, false), frame(CONTINUATION, 40_000)],
      [],
    ],
  ])('%s', (_case, frames, calls) => {
    expect(meter(frames, chunkSize)).toEqual(calls);
  });
});
