import { describe, expect, it } from 'vitest';
import { figureOf } from '../measure/figures.ts';
import { draw } from '../simulate/picture.ts';
import { dollarsOf } from './cost.ts';
import { figures, type HandlersFigures } from './figures.ts';
import type { MemoryFigures } from './memory.ts';
import { section } from './section.ts';
import { compare } from './warm.ts';

const ROUNDS = 9;
const rounds = (value: number): number[] =>
  Array.from({ length: ROUNDS }, (_, round) => value * (1 + round / 100));
const figure = (value: number) => figureOf(rounds(value));
const of = (ours: number, usual: number) => compare(rounds(ours), rounds(usual));
const first = (ours: number, usual: number) => ({
  wall: of(ours, usual),
  cpu: of(ours / 2, usual / 2),
  initWall: of(100, 150),
  initCpu: of(50, 100),
});
const at = (p50: number, p95: number) => ({
  p50: figure(p50),
  p95: figure(p95),
  billed: figureOf(rounds(p50)),
});

const memory: MemoryFigures = {
  warm: [
    { kind: 'open-messaging', memoryMb: 128, ours: at(2, 20), usual: at(20, 60) },
    { kind: 'open-messaging', memoryMb: 256, ours: at(2, 3), usual: at(4, 20) },
    { kind: 'open-messaging', memoryMb: 512, ours: at(2, 3), usual: at(4, 5) },
  ],
  first: [
    { kind: 'open-messaging', memoryMb: 128, ...first(20, 1_000) },
    { kind: 'web-messaging', memoryMb: 128, ...first(200, 1_000) },
  ],
};

const size = (bytes: number) => ({ files: 1, bytes, gzipped: bytes / 4 });
const sample: HandlersFigures = figures.parse({
  choice: {
    warm: { fetch: figure(4), axios: figure(3) },
    load: [{ client: 'fetch', format: 'esm', cpu: figure(90) }],
    messages: { client: 'axios', format: 'cjs' },
    loading: { client: 'fetch', format: 'esm' },
  },
  warm: [
    { kind: 'open-messaging', on: of(1, 3), mean: of(1, 3) },
    { kind: 'typing-frame', on: of(3, 4), off: of(1, 2), mean: of(2, 3) },
  ],
  load: {
    cpu: of(20, 100),
    wall: of(25, 110),
    memory: of(10, 30),
    sdkCpu: figure(60),
    builtins: { ours: 50, usual: 90 },
  },
  size: {
    onPath: { ours: size(130_000), usual: size(600_000) },
    deployed: { ours: size(140_000), usual: size(600_000) },
    sdk: size(340_000),
  },
  first: [{ kind: 'open-messaging', ...first(20, 200) }],
  memory,
  memoryMb: 256,
});

const goal = (what: string, from = sample) => section(from).goals.find((one) => one.what === what);

describe('the section', () => {
  it('says which variants of the usual stack it was held against', () => {
    expect(section(sample).text).toContain('for messages with axios, bundled as CommonJS (3.12 ms');
    expect(section(sample).text).toContain('for loading with fetch, bundled as an ES module');
  });

  it('has a row for each sort of message, with its ratio', () => {
    const { text } = section(sample);
    expect(text).toContain(
      '| open-messaging | 1.04 (1.00 to 1.08) | 3.12 (3.00 to 3.24) | 0.33× (0.33 to 0.33) |',
    );
    expect(text).toContain('| typing-frame, off | 1.04');
    expect(text).toContain('| code on the path of a message, bytes | 130,000 | 600,000 | 0.22× |');
  });

  it('tells met goals from missed ones', () => {
    expect(goal('processor time of a warm message, open-messaging')?.isMet).toBe(true);
    expect(goal('processor time of a warm message, typing-frame')?.isMet).toBe(false);
    expect(goal('the same in milliseconds, typing-frame')).toMatchObject({
      wanted: '≤ 2.0 ms',
      isMet: false,
    });
    expect(goal('the same in bytes')).toMatchObject({ measured: '130,000', isMet: true });
    expect(goal('first invocation, open-messaging')?.isMet).toBe(true);
    expect(goal('first invocation at 128 MB, open-messaging')?.isMet).toBe(true);
    expect(goal('first invocation at 128 MB, web-messaging')?.isMet).toBe(false);
  });

  it('names the memory setting with the least time for the money', () => {
    expect(section(sample).text).toContain('one write: 256 MB for `open-messaging`. Deployed is 256 MB.');
  });

  it('says so where shares cannot be emulated, and asks nothing of them', () => {
    const without = { ...sample, memory: { skipped: 'EACCES: permission denied' } };
    const { text, goals, pictures } = section(without);
    expect(text).toContain('(EACCES: permission denied)');
    expect(goals.filter(({ what }) => what.includes('128 MB'))).toEqual([]);
    expect(Object.keys(pictures)).toEqual(['handlers-warm']);
  });

  it('refers to the pictures that it has, and each can be drawn', async () => {
    const { text, pictures } = section(sample);
    expect(Object.keys(pictures)).toEqual(['handlers-warm', 'handlers-first']);
    for (const [name, spec] of Object.entries(pictures)) {
      expect(text).toContain(`(performance/${name}.svg)`);
      expect(await draw(spec)).toMatch(/^<svg/);
    }
  });
});

describe('the cost of a million messages', () => {
  it("is Lambda's time by memory, and with it what no setting changes", () => {
    // 2 ms at 256 MB: 500 GB-seconds at $13.3334 a million; $1.00 and $0.20 for message and run, $0.625 for the write.
    expect(dollarsOf(2, 256).time).toBeCloseTo(0.006_667, 6);
    expect(dollarsOf(2, 256).whole).toBeCloseTo(1.831_667, 6);
  });
});
