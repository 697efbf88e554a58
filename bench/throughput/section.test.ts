import { describe, expect, it } from 'vitest';
import { like } from '../../local/fixture.ts';
import { figureOf } from '../measure/figures.ts';
import type { SideFigures, ThroughputFigures } from './figures.ts';
import { throughput } from './part.ts';

const load = (perSecond: number) => ({
  perSecond: figureOf([perSecond]),
  p50: figureOf([10]),
  p99: figureOf([20]),
});

const side = (perSecond: number, more: Partial<SideFigures> = {}): SideFigures => ({
  openedIn: 2,
  underWay: 16,
  tried: [{ underWay: 16, perSecond, lost: 0 }],
  most: load(perSecond),
  low: load(50),
  sent: 1_000,
  repeated: 0,
  broken: [],
  ...more,
});

function figuresWith(ours: number, threads: number, inProcess: number): ThroughputFigures {
  return {
    connections: 1_000,
    lowPerSecond: 50,
    cores: 2,
    ours: side(ours),
    threads: side(threads, { tried: [{ underWay: 64, perSecond: 3, lost: 75 }] }),
    inProcess: side(inProcess),
    overThreads: figureOf([ours / threads]),
    overInProcess: figureOf([ours / inProcess]),
  };
}

describe('the section', () => {
  it('is held to the faster of the two ways of serverless-offline', () => {
    const goalOf = (figures: ThroughputFigures) => throughput.section(figures).goals[0];
    expect(goalOf(figuresWith(600, 100, 300))).toMatchObject({ isMet: false, measured: like(/^2\.00×/) });
    expect(goalOf(figuresWith(600, 200, 100))).toMatchObject({ isMet: false, measured: like(/^3\.00×/) });
    expect(goalOf(figuresWith(600, 100, 120))).toMatchObject({ isMet: true, measured: like(/^5\.00×/) });
  });

  it('says where messages were lost', () => {
    expect(throughput.section(figuresWith(600, 100, 300)).text).toContain('64: 75 messages lost');
  });

  it('misses a goal when the local run itself lost messages', () => {
    const figures = figuresWith(600, 100, 300);
    expect(throughput.section(figures).goals[1]).toMatchObject({ isMet: true });
    const ours = { ...figures.ours, broken: [{ underWay: 8, wrong: 'of 9 messages 1 × lost' }] };
    const section = throughput.section({ ...figures, ours });
    expect(section.goals[1]).toMatchObject({ isMet: false });
    expect(section.text).toContain('with 8 under way, of 9 messages 1 × lost');
  });

  it('takes no figures that are not its own', () => {
    expect(() => throughput.section({ connections: 1_000 })).toThrow();
  });
});
