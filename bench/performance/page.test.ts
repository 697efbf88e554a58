import type { TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { definePart, type Section } from '../measure/part.ts';
import { makePage, missingFrom, mustBeWhole, sectionsOf } from './page.ts';
import type { Results } from './results.ts';

const { signal } = new AbortController();

const BARS: TopLevelSpec = {
  data: { values: [{ name: 'ours', ratio: 0.5 }] },
  mark: 'bar',
  encoding: { x: { field: 'ratio', type: 'quantitative' }, y: { field: 'name', type: 'nominal' } },
};

const part = (name: string, section: Partial<Section> = {}) =>
  definePart({
    name,
    title: `Part ${name}`,
    figures: z.object({ ratio: z.number() }),
    measure: () => Promise.resolve({ ratio: 0.5 }),
    section: ({ ratio }) => ({ text: `It is ${ratio}.`, goals: [], pictures: {}, ...section }),
  });

function resultsOf(parts: Results['parts'], more: Partial<Results> = {}): Results {
  const machine = { processor: 'a processor', cores: 2, memoryGiB: 24, system: 'linux 6.1 x64' };
  const versions = { 'Node.js of the functions': 'v24.21.0' };
  const date = '2026-11-23T00:00:00.000Z';
  return { date, seconds: 600, runs: 1, rounds: 9, machine, code: {}, versions, parts, ...more };
}

describe('the page', () => {
  it('is made with every picture that it shows', async () => {
    const drawn = part('a', { text: '![Bars](performance/bars.svg)', pictures: { bars: BARS } });
    const files = new Map(await makePage(resultsOf({ a: { ratio: 0.5 } }), [drawn], signal));
    expect([...files.keys()]).toEqual(['performance/bars.svg', 'performance.md']);
    expect(files.get('performance/bars.svg')).toMatch(/^<svg/);
    expect(files.get('performance.md')).toContain('## Part a\n\n![Bars]');
  });

  it.each([
    [
      'shows a picture that nobody drew',
      { text: '![Bars](performance/bars.svg)' },
      'shows the pictures bars',
    ],
    ['does not show one that was drawn', { pictures: { bars: BARS } }, 'and there are bars'],
    ['holds what is no number', { text: 'It is NaN×.' }, 'performance.md holds "NaN"'],
    ['holds what is not there', { text: 'It is undefined ms.' }, 'performance.md holds "undefined"'],
  ])('that %s is broken', async (_, section, words) => {
    const making = makePage(resultsOf({ a: { ratio: 0.5 } }), [part('a', section)], signal);
    await expect(making).rejects.toThrow(words);
  });

  it('whose picture cannot be drawn is broken', async () => {
    const pictures = { bars: { ...BARS, params: [{ name: 'a', expr: 'no such(expression' }] } };
    const broken = part('a', { text: '![Bars](performance/bars.svg)', pictures });
    await expect(makePage(resultsOf({ a: { ratio: 0.5 } }), [broken], signal)).rejects.toThrow();
  });

  it('with one name for two pictures is broken', async () => {
    const one = (name: string) =>
      part(name, { text: '![Bars](performance/bars.svg)', pictures: { bars: BARS } });
    const figures = { a: { ratio: 0.5 }, b: { ratio: 0.5 } };
    await expect(makePage(resultsOf(figures), [one('a'), one('b')], signal)).rejects.toThrow('bars, bars');
  });

  it("says which Node.js stood for Lambda's, and whether it is Lambda's", async () => {
    const pageOf = async (version: string): Promise<string> => {
      const versions = { 'Node.js of the functions': version };
      return new Map(await makePage(resultsOf({}, { versions }), [], signal)).get('performance.md') ?? '';
    };
    expect(await pageOf('v24.21.0')).toContain("ran on Node.js 24.21.0: 24 is Lambda's.");
    expect(await pageOf('v22.15.1')).toContain("Node.js 22.15.1, and **not on 24, which is Lambda's**");
  });

  it('says in how many runs it was measured', async () => {
    const pageOf = async (runs: number): Promise<string> =>
      new Map(await makePage(resultsOf({}, { runs }), [], signal)).get('performance.md') ?? '';
    expect(await pageOf(1)).toContain('in one run of 10 minutes with');
    expect(await pageOf(2)).toContain('in 2 runs, 10 minutes in all');
  });
});

describe('results', () => {
  const parts = [part('a'), part('b'), part('c')];

  it('of a part of a run make no page: what is missing is named', () => {
    const figures = { b: { ratio: 1 } };
    expect(missingFrom(parts, figures)).toEqual(['a', 'c']);
    expect(() => {
      mustBeWhole(parts, figures, 'FILE');
    }).toThrow('FILE has no figures of a, c');
    mustBeWhole(parts, { a: 1, b: 1, c: 1 }, 'FILE');
  });

  it('have sections of the parts that there are, and none of another version', () => {
    const sections = sectionsOf(parts, { c: { ratio: 1 }, a: { ratio: 2 } });
    expect(sections.map(([{ name }, { text }]) => [name, text])).toEqual([
      ['a', 'It is 2.'],
      ['c', 'It is 1.'],
    ]);
    expect(() => sectionsOf(parts, { b: { rate: 1 } })).toThrow('The figures of b are none');
  });
});
