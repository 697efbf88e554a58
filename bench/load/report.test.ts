import { describe, expect, it } from 'vitest';
import { growthOf } from './growth.ts';
import { failed, figuresOf, textOf } from './report.ts';
import type { Outcome, Sample } from './run.ts';

const sample = (at: number, changes: Partial<Sample> = {}): Sample => ({
  at,
  memory: 100,
  openFiles: 50,
  upstreamSockets: 20,
  ...changes,
});

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  connections: 10,
  openedPerSecond: 5,
  seconds: 2,
  frames: 30,
  latencies: [1, 2, 3, 400],
  silences: 0,
  repeated: 0,
  samples: Array.from({ length: 9 }, (_, at) => sample(at)),
  errors: new Map(),
  ...changes,
});

describe('growth', () => {
  it('is from the middle third to the last: what is needed to warm up is none', () => {
    const memory = [1, 50, 99, 100, 100, 101, 110, 111, 109];
    const samples = memory.map((bytes, at) => sample(at, { memory: bytes }));
    expect(growthOf(samples, 'memory')).toBeCloseTo(0.1);
  });

  it('is not told where nothing was to be seen', () => {
    const samples = Array.from({ length: 9 }, (_, at) => sample(at, { openFiles: undefined }));
    expect(growthOf(samples, 'openFiles')).toBeUndefined();
    expect(growthOf([], 'memory')).toBeUndefined();
  });
});

describe('the report', () => {
  it('gives the rates and the quantiles', () => {
    expect(figuresOf(outcome())).toMatchObject({
      framesPerSecond: 15,
      relayedPerSecond: 2,
      p50: 2,
      p99: 400,
      most: 400,
      growth: { memory: 0, openFiles: 0, upstreamSockets: 0 },
    });
  });

  it('says that there were no errors, or which', () => {
    expect(textOf(figuresOf(outcome()), false)).toMatch(/^errors +none$/m);
    const errors = new Map([['connection closed with 1006', 3]]);
    expect(textOf(figuresOf(outcome({ errors })), false)).toContain('3 × connection closed with 1006');
  });

  it.each([
    ['nothing went wrong', {}, false, false],
    ['something went wrong', { errors: new Map([['log: x', 1]]) }, false, true],
    ['memory grew, in a soak', growing('memory'), true, true],
    ['open files grew, in a soak', growing('openFiles'), true, true],
    ['upstream sockets grew, in a soak', growing('upstreamSockets'), true, true],
    ['memory grew, in a short run', growing('memory'), false, false],
  ])('where %s', (_, changes, soak, bad) => {
    expect(failed(figuresOf(outcome(changes)), soak)).toBe(bad);
  });

  it('names what grew', () => {
    expect(textOf(figuresOf(outcome(growing('memory'))), true)).toContain('memory 50.0 % (too much)');
  });
});

function growing(watched: 'memory' | 'openFiles' | 'upstreamSockets'): Partial<Outcome> {
  return { samples: Array.from({ length: 9 }, (_, at) => sample(at, { [watched]: at < 6 ? 100 : 150 })) };
}
