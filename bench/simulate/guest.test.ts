import { expect, it } from 'vitest';
import { HOPS } from './aws.ts';
import { gapOf, generated, makeConversation, PAUSE_MAX_MS } from './guest.ts';
import { makeRandom } from './random.ts';
import { DELAY_MS, REFERENCE, WEATHERS } from './weather.ts';

const SAMPLES = 400_000;

it.each([
  [2_000, 0.01],
  [5_000, 0.0027],
  [10_000, 0.001],
])('gaps between keys above %i ms have the published share of %f', (ms, published) => {
  const random = makeRandom(1);
  let above = 0;
  for (let index = 0; index < SAMPLES; index++) if (gapOf(random) > ms) above++;
  // Rounding of the published figure, and three standard errors of a binomial.
  const tolerance = 0.00005 + 3 * Math.sqrt((published * (1 - published)) / SAMPLES);
  expect(Math.abs(above / SAMPLES - published)).toBeLessThan(tolerance);
});

it('a draft has 41 keys on average', () => {
  const random = makeRandom(2);
  const drafts = Array.from({ length: 2_000 }, () => generated(0, random)).flat();
  const keys = drafts.reduce((sum, draft) => sum + draft.length, 0);
  // The standard deviation of the length is 23 keys.
  expect(Math.abs(keys / drafts.length - 41.4)).toBeLessThan((3 * 23) / Math.sqrt(drafts.length));
});

it('the same seed gives the same conversation, and another seed another', () => {
  expect(makeConversation(generated, 3, 1, REFERENCE)).toEqual(makeConversation(generated, 3, 1, REFERENCE));
  expect(makeConversation(generated, 3, 1, REFERENCE)).not.toEqual(
    makeConversation(generated, 3, 2, REFERENCE),
  );
});

it('drafts follow each other, keys are in order, and no pause is longer than the longest', () => {
  for (let index = 0; index < 200; index++) {
    const { drafts, end } = makeConversation(generated, index, 1, REFERENCE);
    const times = drafts.flatMap((draft) => [...draft.keys, draft.end]);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(end).toBeGreaterThan(times.at(-1) ?? 0);
    const gaps = drafts.flatMap(({ keys }) => keys.map((key, place) => key - (keys[place - 1] ?? key)));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(PAUSE_MAX_MS + 1e-6);
  }
});

it('a tenth of the drafts is abandoned, at the last key', () => {
  const drafts = Array.from(
    { length: 500 },
    (_, index) => makeConversation(generated, index, 1, REFERENCE).drafts,
  );
  const abandoned = drafts.flat().filter(({ how }) => how === 'abandoned');
  expect(Math.abs(abandoned.length / 5_000 - 0.1)).toBeLessThan(3 * Math.sqrt(0.09 / 5_000));
  for (const { keys, end } of abandoned) expect(end).toBe(keys.at(-1));
});

it('a crash ends the conversation within its third draft', () => {
  const crash = WEATHERS.find(({ fault }) => fault === 'crash') ?? REFERENCE;
  for (let index = 0; index < 50; index++) {
    const { drafts } = makeConversation(generated, index, 1, crash);
    expect(drafts.map(({ how }) => how === 'crashed')).toEqual([false, false, true]);
    const [last] = drafts.slice(-1);
    expect(last?.end).toBeGreaterThanOrEqual(last?.keys.at(-1) ?? Infinity);
  }
});

it('the hops make up the delay: their fixed parts its fixed part, their gamma parts its exponential', () => {
  const random = makeRandom(3);
  const shapes: number[] = Object.values(HOPS).map(({ shape }) => shape);
  const sums = Array.from({ length: 100_000 }, () =>
    shapes.reduce((sum, shape) => sum + (shape > 0 ? random.gamma(shape, 80) : 0), 0),
  );
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  expect(Math.abs(mean - 80)).toBeLessThan((3 * 80) / Math.sqrt(sums.length));
  const fixed = Object.values(HOPS).reduce<number>((sum, { fixedMs }) => sum + fixedMs, 0);
  expect(fixed).toBe(DELAY_MS);
  const above = sums.filter((value) => value > 160).length / sums.length;
  expect(Math.abs(above - Math.exp(-2))).toBeLessThan(0.004);
});
