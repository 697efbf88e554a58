import { describe, expect, it } from 'vitest';
import { like } from '../../local/fixture.ts';
import { figureOf } from '../measure/figures.ts';
import type { SideFigures, ThroughputFigures } from './figures.ts';
import { throughput } from './part.ts';

const load = (perSecond: number) => ({
  perSecond: figureOf([perSecond]),
  p50: figureOf([10]),
  p99: { samples: 500, ms: 20 },
});

const side = (perSecond: number, more: Partial<SideFigures> = {}): SideFigures => ({
  openedIn: 2,
  sessions: { asked: 1_000, measured: 950 },
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

  it('says what an emulator cannot spare, where the system tells', () => {
    const figures = figuresWith(600, 100, 300);
    expect(throughput.section(figures).text).not.toContain('a message could take');
    const cpu = { all: figureOf([2.5]), around: figureOf([1.25]) };
    const inProcess = side(300, { most: { ...load(300), cpu } });
    expect(throughput.section({ ...figures, inProcess }).text).toContain(
      'a message could take 1.33 ms of all processors together; under that one the table, the org and the clients, which look for arrivals whatever comes, have 1.25 ms',
    );
  });

  it('says where messages were lost', () => {
    expect(throughput.section(figuresWith(600, 100, 300)).text).toContain('(threads) |  | 75 lost |');
  });

  it('says how many sessions were relayed on each side', () => {
    const { text } = throughput.section(figuresWith(600, 100, 300));
    expect(
      text.match(/1,000 of 1,000 sessions had their frames relayed; 950 of them in measured rounds/g),
    ).toHaveLength(3);
  });

  it('tells a p99 with the number of messages that it is of, and none of too few', () => {
    const figures = figuresWith(600, 100, 300);
    expect(throughput.section(figures).text).toContain('20.0 of 500 |');
    const threads = { ...figures.threads, low: { ...load(50), p99: { samples: 1_499 } } };
    const { text } = throughput.section({ ...figures, threads });
    expect(text).toContain('| too few: 1,499 |');
  });

  it('shows each setting that was tried, and which did best', () => {
    const figures = figuresWith(600, 100, 300);
    const tried = [
      { environments: 2, underWay: 8, perSecond: 350, lost: 0 },
      { environments: 2, underWay: 16, perSecond: 600, lost: 0 },
      { environments: 4, underWay: 16, perSecond: 410, lost: 0 },
    ];
    const { text } = throughput.section({ ...figures, ours: side(600, { environments: 2, tried }) });
    expect(text).toContain('| the local run, 2 environments | 350 | 600 |');
    expect(text).toContain('| the local run, 4 environments |  | 410 |');
    expect(text).toContain('2 of them, and the numbers of messages in the table above');
  });

  it('says what bounds the ratio', () => {
    const { text } = throughput.section(figuresWith(600, 100, 300));
    expect(text).toContain("the functions' own work");
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
