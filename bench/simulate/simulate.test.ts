import { describe, expect, it } from 'vitest';
import { runCell } from './cells.ts';
import { checkFormulas } from './formulas.ts';
import { EXPIRING, HELD, OURS, oursId, peerId, planRun, VARIANTS, variantId } from './plan.ts';
import { REFERENCES, SYSTEMS } from './policies.ts';
import { runCells } from './pool.ts';
import { REFERENCE, type Weather, WEATHERS } from './weather.ts';

/** What a small run may differ by, of the published figure and beside it: those are of other conversations. */
const TOLERANCES = [
  ['accuracy', 0.01, 0],
  ['flickers', 0.03, 0.1],
  ['calls', 0.03, 0.2],
  ['stuckAbandoned', 0.05, 0.4],
  ['onsetMean', 0.15, 0],
  ['onsetP95', 0.15, 0],
] as const;

describe('the models have the published figures', () => {
  it.each(REFERENCES)('$policy.name', async ({ policy, published }) => {
    const { measures } = await runCell({
      id: policy.name,
      subject: { kind: 'peer', policy },
      weather: REFERENCE,
      drafts: 6_000,
      seed: 1,
    });
    for (const [name, relative, absolute] of TOLERANCES) {
      const known = published[name];
      if (known === undefined) continue;
      expect(Math.abs(measures[name] - known), name).toBeLessThan(relative * known + absolute);
    }
  });
});

it('the models keep to the closed formulas', () => {
  for (const { what, expected, measured } of checkFormulas())
    expect(Math.abs(measured - expected) / expected, what).toBeLessThan(0.1);
});

const plan = planRun(10_000, 1);
const only = (ids: readonly string[], drafts: number) =>
  plan.filter(({ id }) => ids.includes(id)).map((cell) => ({ ...cell, drafts }));

it('the real client and relay meet the goals', async () => {
  const vanish = WEATHERS.find(({ fault }) => fault === 'vanish') ?? REFERENCE;
  const cells = only(
    [...[HELD, ...EXPIRING].map((ours) => oursId(REFERENCE, ours)), oursId(vanish, HELD)],
    3_000,
  );
  const [held, , six, seven, eight, crash] = (await runCells(cells, { workers: 2 })).map(
    ({ measures }) => measures,
  );
  expect(held?.accuracy).toBeGreaterThanOrEqual(0.945);
  expect(held?.flickers).toBeLessThanOrEqual(0.6);
  expect(held?.calls).toBeLessThanOrEqual(12);
  expect(held?.stuckAbandoned).toBeLessThanOrEqual(6.5);
  expect(six?.calls).toBeLessThanOrEqual(13);
  // At the goal of 1.2 itself: three standard errors of so small a run.
  expect(six?.flickers).toBeLessThanOrEqual(1.2 + 3 * (six?.flickersError ?? 0));
  expect(seven?.flickers).toBeLessThanOrEqual(1.2);
  expect(eight?.flickers).toBeLessThanOrEqual(1.2);
  // Longer only where the "off" is lost as well.
  expect(crash?.stuckCrashedP95).toBeLessThanOrEqual(11);
  expect(crash?.lateCrashed).toBeLessThan(0.01);
});

it('without loss a client that vanished is off within 11 seconds', async () => {
  const lossless = plan.filter(({ weather }) => weather.fault === 'vanish' && weather.loss === 0);
  const [result] = await runCells(
    lossless.map((cell) => ({ ...cell, drafts: 1_500 })),
    { workers: 1 },
  );
  expect(result?.counts.crashes).toBe(500);
  expect(result?.measures.stuckCrashedMax).toBeLessThanOrEqual(11);
});

it('all that is measured under one weather has the same drafts, and no cell stands there twice', () => {
  const drafts = (isOne: (weather: Weather) => boolean) =>
    new Set(plan.filter(({ weather }) => isOne(weather)).map((cell) => cell.drafts)).size;
  for (const weather of WEATHERS)
    expect(
      drafts((one) => one === weather),
      weather.name,
    ).toBe(1);
  expect(drafts(({ fault }) => fault === 'vanish')).toBe(1);
  expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
  const [code] = VARIANTS;
  expect(code && variantId(code, HELD)).toBe(oursId(REFERENCE, HELD));
});

it('other constants are really put in', async () => {
  const [code, , , seven] = VARIANTS;
  if (!code || !seven) throw new Error('no variants');
  const results = await runCells(only([variantId(code, HELD), variantId(seven, HELD)], 1_000), {
    workers: 2,
  });
  const [six, later] = results.map(({ measures }) => measures.stuckAbandonedP95);
  expect(seven.constants).toEqual({ CLIENT_IDLE_MS: 7_000 });
  // A second more, give or take what a thousand drafts leave to chance.
  expect((later ?? 0) - (six ?? 0)).toBeCloseTo(1, 0);
});

it('a constant that the code does not have is refused', async () => {
  const cells = only([oursId(REFERENCE, HELD)], 10).map((cell) => ({
    ...cell,
    constants: { NO_SUCH_MS: 1 },
  }));
  await expect(runCells(cells, { workers: 1 })).rejects.toThrow('No such constant: NO_SUCH_MS');
});

it('the same seed gives the same figures with one worker and with two, and another seed others', async () => {
  const ids = [
    ...OURS.map((ours) => oursId(REFERENCE, ours)),
    ...SYSTEMS.map((policy) => peerId(REFERENCE, policy)),
  ];
  const cells = only(ids, 100);
  const one = await runCells(cells, { workers: 1 });
  expect(one).toHaveLength(20);
  expect(await runCells(cells, { workers: 2 })).toEqual(one);
  expect(
    await runCells(
      cells.map((cell) => ({ ...cell, seed: 2 })),
      { workers: 2 },
    ),
  ).not.toEqual(one);
});
