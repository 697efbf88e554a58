import { describe, expect, it } from 'vitest';
import { makeFrameMeter } from './frames.ts';
import { frame, OPCODE } from './raw-fixture.ts';

const bytes = (size: number): Buffer => Buffer.alloc(size, 0xff);
const text = (size: number, final = true): Buffer => frame(OPCODE.text, bytes(size), final);
const more = (size: number): Buffer => frame(OPCODE.continuation, bytes(size));

function meter(frames: readonly Buffer[], chunkSize: number): number[] {
  const calls: number[] = [];
  const measure = makeFrameMeter({ frameBytes: 70_000, messageBytes: 100_000 }, (before) =>
    calls.push(before),
  );
  const stream = Buffer.concat(frames);
  for (let at = 0; at < stream.length; at += chunkSize) measure(stream.subarray(at, at + chunkSize));
  return calls;
}

describe.each([1, 7, 1_000_000])('the frame meter, %i bytes at a time', (chunkSize) => {
  it.each([
    ['lets frames of every length form pass', [text(0), text(125), text(126), text(70_000)], []],
    ['calls out at a frame that is too large', [text(5), text(70_001), text(70_001)], [1]],
    [
      'adds up the frames of a message',
      [text(60_000, false), frame(OPCODE.ping, bytes(9)), more(40_001)],
      [0],
    ],
    ['begins anew with each message', [text(60_000), text(60_000, false), more(40_000)], []],
  ])('%s', (_case, frames, calls) => {
    expect(meter(frames, chunkSize)).toEqual(calls);
  });
});
