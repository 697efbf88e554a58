import { beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from '../measure/part.ts';
import { draw } from '../simulate/picture.ts';
import { figures, type TrafficFigures } from './figures.ts';
import { goalsOf, isAsRight, makesFewerCalls } from './goals.ts';
import { traffic } from './part.ts';
import { section } from './section.ts';

const bench = (signal = new AbortController().signal): Bench => ({
  quick: true,
  rounds: 2,
  node: { file: process.execPath, version: process.version },
  peers: '',
  signal,
  say: () => undefined,
});

let quick: TrafficFigures;
beforeAll(async () => {
  quick = figures.parse(await traffic.measure(bench()));
});

it('has the same figures whenever it is run', async () => {
  expect(await traffic.measure(bench())).toEqual(quick);
});

it('ends when it is told to', async () => {
  await expect(traffic.measure(bench(AbortSignal.abort()))).rejects.toThrow('aborted');
});

describe('the section', () => {
  it('has a row for each contender and a picture for each that it names', async () => {
    const { text, pictures } = section(quick);
    for (const { name } of [...quick.contenders, ...quick.sameUpstream])
      expect(text).toContain(`\n| ${name} |`);
    const named = [...text.matchAll(/\(performance\/([\w-]+)\.svg\)/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(Object.keys(pictures).toSorted());
    for (const picture of Object.values(pictures)) expect(await draw(picture)).toContain('</svg>');
  });

  it('begins its headings at the third level, and has no figure that is none', () => {
    const { text } = section(quick);
    expect(text).not.toMatch(/^#{1,2} /m);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('adds parts up to the cost', () => {
    for (const { parts, dollarsPerMinute } of quick.contenders) {
      const sum = parts.reduce((all, { dollars }) => all + dollars, 0);
      expect(sum).toBeGreaterThanOrEqual(dollarsPerMinute.min * 0.999);
      expect(sum).toBeLessThanOrEqual(dollarsPerMinute.max * 1.001);
    }
  });
});

it('has the ratios without own time, as taken, and with twice as much', () => {
  for (const { perMinute, perSameFrame, ownTimes } of quick.standings) {
    const [none, taken, twice] = ownTimes;
    expect(taken).toEqual({ factor: 1, perMinute, perSameFrame });
    // Ours has less of it: the more there is, the better it stands.
    expect(none?.perMinute.median).toBeGreaterThan(perMinute.median);
    expect(twice?.perMinute.median).toBeLessThan(perMinute.median);
  }
});

describe('the goals', () => {
  const rival = (accuracyMore: number, callsMore: number) => ({
    name: 'other',
    accuracyMore: { value: accuracyMore, error: 0.001 },
    callsMore: { value: callsMore, error: 0.1 },
  });

  it('take a system for as right unless ours is better by more than two standard errors', () => {
    expect(isAsRight(rival(0.0021, 0))).toBe(false);
    expect(isAsRight(rival(0.0019, 0))).toBe(true);
    expect(isAsRight(rival(-0.01, 0))).toBe(true);
  });

  it('take calls for fewer where they are by more than two standard errors', () => {
    expect(makesFewerCalls(rival(0, -0.21))).toBe(true);
    expect(makesFewerCalls(rival(0, -0.19))).toBe(false);
    expect(makesFewerCalls(rival(0, 1))).toBe(false);
  });

  it('are of cost and of calls, for both timings', () => {
    const [standing] = quick.standings;
    if (!standing) throw new Error('there are two');
    const ratio = (median: number) => ({ median, min: median, max: median, rounds: 9 });
    const goals = goalsOf({
      ...quick,
      standings: [
        {
          ...standing,
          perMinute: ratio(0.05),
          perSameFrame: ratio(0.561),
          perOwnFrame: ratio(0.1),
          sameUpstream: [rival(0, 1), rival(0.1, 9)],
          ownFarSides: [rival(0, -1), rival(0.1, 9)],
        },
      ],
    });
    expect(goals.map(({ isMet }) => isMet)).toEqual([true, false, false, true]);
    expect(goals.map(({ measured }) => measured).join(' ')).toContain('0.561×');
  });
});
