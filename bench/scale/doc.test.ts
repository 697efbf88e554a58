import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { count, markdownTable } from '../simulate/format.ts';
import { CONSTANTS, makeDoc } from './doc.ts';
import { scaled } from './counts.ts';
import { quotasOf } from './quotas.ts';
import { type Plan, type Results, runPlan } from './run.ts';
import {
  bindingTable,
  chatTable,
  choicesTable,
  crowdTable,
  duration,
  monthTable,
  othersTable,
  partsTable,
  priceTable,
  remedyTable,
  rounded,
  sharedTable,
} from './tables.ts';
import { WAYS } from './upstreams.ts';

const throttles = { throttleRate: 1_000, throttleBurst: 500, webhookThrottleRate: 200 };
const plan: Plan = { chats: 10_000, sample: 10, shared: [10, 60], seed: 1, throttles };
let results: Results;
let page: string;
beforeAll(async () => {
  results = await runPlan(plan);
  page = makeDoc(results);
});

describe('the page', () => {
  it('has every table of the results', () => {
    const tables = [chatTable, bindingTable, crowdTable, sharedTable, partsTable, choicesTable, monthTable];
    for (const table of tables) expect(page).toContain(markdownTable(table(results)));
    for (const table of [remedyTable, othersTable])
      expect(page).toContain(markdownTable(table(results), true));
    expect(page).toContain(markdownTable(priceTable(), true));
  });

  it('is the same for the same results, and has no number that is none', () => {
    expect(makeDoc(results)).toBe(page);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has other figures where the results are others', () => {
    const busier: Results = {
      ...results,
      ways: results.ways.map((way) => ({
        ...way,
        sample: { ...way.sample, mean: { ...scaled(way.sample.mean, 3), frames: way.sample.mean.frames } },
        steps: way.steps.map((step) => ({ ...step, refused: 0.77 })),
        bindings: way.bindings.map((binding) => ({ ...binding, chats: binding.chats / 3 })),
      })),
      shared: results.shared.map((row) => ({
        ...row,
        draftsShown: row.draftsShown / 3,
        stuck: row.stuck + 5,
      })),
    };
    const other = makeDoc(busier);
    const rowsOf = (text: string): string[] => text.split('\n').filter((line) => /^\| .*\d/.test(line));
    const kept = new Set(rowsOf(other));
    const same = rowsOf(page).filter((row) => kept.has(row));
    // What stays are prices, what others charge, constants, levers, and the head of a table.
    const ways = WAYS.map(({ name }) => name);
    expect(same.filter((row) => ways.some((name) => row.startsWith(`| ${name} |`)))).toEqual([]);
    expect(other.split('\n')[6]).not.toBe(page.split('\n')[6]);
  });

  it('puts the limits in the order in which they bind', () => {
    const [, ...rows] = remedyTable(results);
    const firsts = rows.map(([, , first = '']) =>
      Number(/^([\d,]+) chats/.exec(first)?.[1]?.replaceAll(',', '') ?? Infinity),
    );
    expect(firsts).toEqual(firsts.toSorted((one, other) => (one < other ? -1 : 1)));
    expect(rows).toHaveLength(quotasOf(throttles).length);
  });
});

describe('a figure', () => {
  it.each([
    [61.6, '62'],
    [123, '120'],
    [7_381, '7,400'],
    [148_812, '150,000'],
    [Infinity, '–'],
  ])('%d is written %s', (value, words) => {
    expect(rounded(value)).toBe(words);
  });
  it.each([
    [2, '2 s'],
    [2_000, '33 min'],
  ])('%d seconds are written %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

it('the page in docs was written with the constants and prices that the code has', () => {
  const file = fileURLToPath(new URL('../../docs/scale.md', import.meta.url));
  expect(existsSync(file), 'run npm run scale').toBe(true);
  const written = readFileSync(file, 'utf8');
  const table = Object.fromEntries(
    Array.from(written.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \|$/gm), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const code = Object.fromEntries(Object.entries(CONSTANTS).map(([name, value]) => [name, count(value)]));
  expect(table, 'run npm run scale').toEqual(code);
  expect(written, 'run npm run scale').toContain(markdownTable(priceTable(), true));
});
