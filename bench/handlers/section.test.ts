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
  messages: 144,
  p50,
  p95,
  p95Span: { from: p95 * 0.9, to: p95 * 1.2 },
  billed: p50,
});
const asks = { reads: 0, writes: 1, queueRequests: 0 };

const memory: MemoryFigures = {
  warm: [
    { kind: 'open-messaging', memoryMb: 128, asks, ours: at(2, 20), usual: at(20, 60) },
    { kind: 'open-messaging', memoryMb: 256, asks, ours: at(2, 3), usual: at(4, 20) },
    { kind: 'open-messaging', memoryMb: 512, asks, ours: at(2, 3), usual: at(4, 5) },
  ],
  first: [
    { kind: 'open-messaging', memoryMb: 128, ...first(20, 1_000) },
    { kind: 'open-messaging', memoryMb: 256, ...first(10, 500) },
    { kind: 'open-messaging', memoryMb: 512, ...first(5, 250) },
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
  gaps: [
    { gapMs: 3_000, on: of(3, 4), off: of(1, 2), mean: of(2, 3) },
    { gapMs: 0, on: of(2, 4), off: of(1, 2), mean: of(1.5, 3) },
  ],
  load: {
    cpu: of(20, 100),
    wall: of(25, 110),
    memory: of(10, 30),
    sdkCpu: of(20, 60),
    builtins: { ours: 50, usual: 90 },
  },
  size: {
    onPath: { ours: size(133_000), usual: size(600_000) },
    deployed: { ours: size(140_000), usual: size(600_000) },
    sdk: size(340_000),
  },
  first: [{ kind: 'open-messaging', ...first(20, 200) }],
  memory,
  memoryMb: 256,
});

const withBytes = (bytes: number): HandlersFigures => {
  const { onPath, ...rest } = sample.size;
  return { ...sample, size: { ...rest, onPath: { ...onPath, ours: size(bytes) } } };
};

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
    expect(text).toContain('| typing-frame 3 s after the last, mean | 2.08');
    expect(text).toContain('| typing-frame back to back, mean | 1.56');
    expect(text).toContain('| code on the path of a message, bytes | 133,000 | 600,000 | 0.22× |');
  });

  it("has rows beside two of the SDK's clients alone, and no goal for them", () => {
    const { text, goals } = section(sample);
    expect(text).toMatch(
      /\| loading the code beside two clients of the AWS SDK alone .* \| 0\.33× \(0\.33 to 0\.33\) \|/,
    );
    expect(text).toMatch(
      /\| code on the path of a message beside two clients .* \| 133,000 \| 340,000 \| 0\.39× \|/,
    );
    expect(goals.filter(({ what }) => /SDK|two clients/.test(what))).toEqual([]);
  });

  it('tells met goals from missed ones', () => {
    expect(goal('processor time of a warm message, open-messaging')?.isMet).toBe(true);
    expect(goal('processor time of a warm message, typing-frame')?.isMet).toBe(false);
    expect(goal('the same in milliseconds, typing-frame')).toMatchObject({
      wanted: '≤ 2.0 ms',
      isMet: false,
    });
    expect(goal('the same in bytes')).toMatchObject({ measured: '133,000', isMet: true });
    expect(goal('the same in bytes', withBytes(133_121))?.isMet).toBe(false);
    expect(goal('first invocation, open-messaging')?.isMet).toBe(true);
    expect(goal('first invocation at 128 MB, open-messaging')?.isMet).toBe(true);
    expect(
      goal('first invocation at 128 MB, web-messaging (less the 200 ms for which both listen for a refusal)')
        ?.isMet,
    ).toBe(false);
  });

  it('says of a first message what is taken off', () => {
    expect(section(sample).text).toContain(
      '| web-messaging (less the 200 ms for which both listen for a refusal), 128 MB | 208',
    );
  });

  it('says so where shares cannot be emulated, and asks nothing of them', () => {
    const without = { ...sample, memory: { skipped: 'EACCES: permission denied' } };
    const { text, goals, pictures } = section(without);
    expect(text).toContain('(EACCES: permission denied)');
    expect(goals.filter(({ what }) => what.includes('128 MB'))).toEqual([]);
    expect(Object.keys(pictures)).toEqual(['handlers-warm']);
  });

  it('shows no picture that it does not have', () => {
    const first = memory.first.slice(0, 1);
    const { text, pictures } = section({ ...sample, first: [], memory: { ...memory, first } });
    expect(Object.keys(pictures)).toEqual(['handlers-warm']);
    expect(text).not.toContain('handlers-first');
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

describe('the choice of memory', () => {
  const textOf = (warm: MemoryFigures['warm'], deployedMb = 256): string =>
    section({ ...sample, memory: { ...memory, warm }, memoryMb: deployedMb }).text;
  const one = (memoryMb: number, p95: number): MemoryFigures['warm'][number] => ({
    kind: 'open-messaging',
    memoryMb,
    asks,
    ours: at(2, p95),
    usual: at(4, 20),
  });

  it('stays where the deployed setting has the least wait for the money', () => {
    const text = textOf([one(128, 20), one(256, 3), one(512, 3)]);
    expect(text).toContain(
      '- `open-messaging`: 256 MB, which is deployed, has the least (p95 3.00 ms, $2.152 a million).',
    );
    expect(text).toContain('So 256 MB stay');
  });

  it('stays where another is better by less than can be told', () => {
    const text = textOf([one(256, 40), one(512, 20)]);
    expect(text).toContain(
      '`open-messaging`: 512 MB has the least (p95 20.0 ms, $2.478 a million); 256 MB, which is deployed, 1.02×',
    );
    expect(text).toContain('So 256 MB stay');
  });

  it('is to be another where that is better by more', () => {
    const text = textOf([one(256, 100), one(512, 3)]);
    expect(text).toContain('1.72× as much of it (p95 100 ms, $2.152 a million)');
    expect(text).toContain(
      'another setting is better, beyond what p95 is uncertain by: 512 MB for `open-messaging`.',
    );
    expect(text).not.toContain('256 MB stay');
  });

  it('reckons with what a message waits for, which Lambda bills by memory', () => {
    expect(textOf([one(128, 20), one(256, 12)])).toContain('96.0 ms (`open-messaging`) are added');
    expect(textOf([one(256, 12), one(1_024, 3)])).toContain(
      '- `open-messaging`: 256 MB, which is deployed, has',
    );
  });

  it('sets the first message beside it, and the share of the bill', () => {
    const text = textOf([one(256, 3), one(512, 3)]);
    expect(text).toContain('(`open-messaging`) takes 10.4 ms at 256 MB, and 5.20 ms at 512 MB.');
    expect(text).toContain("Lambda's time, the one part of that which memory changes, is 15.2 % to 26.4 %");
  });

  it('is not made where the deployed setting was not measured', () => {
    expect(textOf([one(512, 3)], 1_024)).toContain(
      'The deployed setting, 1024 MB, was not among those measured.',
    );
  });
});

describe('the cost of a million messages', () => {
  it("is Lambda's time by memory, and with it what no setting changes", () => {
    // 2 ms at 256 MB: 500 GB-seconds at $13.3334 a million; $1.00 and $0.20 for message and run, $0.625 for the write.
    expect(dollarsOf(2, 256, asks).time).toBeCloseTo(0.006_667, 6);
    expect(dollarsOf(2, 256, asks).whole).toBeCloseTo(1.831_667, 6);
    // A consistent read is $0.125 a million, a request to the queue $0.40.
    const more = dollarsOf(2, 256, { reads: 1, writes: 1, queueRequests: 1 });
    expect(more.whole - dollarsOf(2, 256, asks).whole).toBeCloseTo(0.525, 6);
  });
});
