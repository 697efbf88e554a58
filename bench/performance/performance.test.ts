import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { like } from '../../local/fixture.ts';
import { type Bench, definePart } from '../measure/part.ts';
import { figureOf, ratioOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { digits, spread, times } from '../measure/words.ts';
import { makeDoc } from './doc.ts';
import { readFlags } from './flags.ts';
import { measureAll } from './run.ts';

const NAMES = ['handlers', 'senders'];

describe('npm run bench', () => {
  it('measures all parts in nine rounds by default, and in one when quick', () => {
    expect(readFlags([], NAMES)).toMatchObject({ quick: false, rounds: 9, only: undefined });
    expect(readFlags(['--quick'], NAMES)).toMatchObject({ quick: true, rounds: 1 });
    expect(readFlags(['--only', 'senders,handlers', '--rounds', '15'], NAMES)).toMatchObject({
      only: ['senders', 'handlers'],
      rounds: 15,
    });
  });

  it.each([
    [['--only', 'sender'], '--only takes handlers, senders, and not "sender"'],
    [['--only', ''], 'and not ""'],
    [['--rounds', '3'], '--rounds takes a whole number from 9 to 99'],
    [['--quick', '--rounds', '9'], 'leave --rounds out'],
    [['--page', '--quick'], '--page measures nothing'],
    [['--page', '--complete', 'file'], '--page measures nothing'],
    [['--complete', 'file', '--only', 'senders'], '--complete measures what is missing'],
    [['--fast'], 'See --help'],
  ])('refuses %j', (args, words) => {
    expect(() => readFlags(args, NAMES)).toThrow(words);
  });
});

const bench = (): Bench & { said: string[] } => {
  const said: string[] = [];
  return {
    quick: true,
    rounds: 1,
    node: { file: 'node', version: 'v24' },
    peers: '',
    signal: new AbortController().signal,
    say: (text) => said.push(text),
    said,
  };
};

const part = (name: string, measure: () => Promise<{ ratio: number }>) =>
  definePart({
    name,
    title: `Part ${name}!`,
    figures: z.object({ ratio: z.number() }),
    measure,
    section: ({ ratio }) => ({
      text: `It is ${ratio}.`,
      goals: [{ what: name, wanted: '≤ 0.5×', measured: `${ratio}×`, isMet: ratio <= 0.5 }],
      pictures: {},
    }),
  });

describe('a run', () => {
  it('goes through all parts, names each that failed, and has the figures of the others', async () => {
    const tried: string[] = [];
    const fails = (name: string) =>
      part(name, () => {
        tried.push(name);
        return Promise.reject(new Error(`${name} did not do the same work`));
      });
    const works = part('b', () => Promise.resolve({ ratio: 0.4 }));
    const { figures, failures } = await measureAll([fails('a'), works, fails('c')], bench());
    expect(tried).toEqual(['a', 'c']);
    expect(failures).toEqual([like(/^a: .*a did not/), like(/^c: .*c did not/)]);
    expect(figures).toEqual({ b: { ratio: 0.4 } });
  });

  it('gives away what it has after each part', async () => {
    const kept: unknown[] = [];
    const parts = [
      part('a', () => Promise.resolve({ ratio: 1 })),
      part('b', () => Promise.reject(new Error('b failed'))),
      part('c', () => Promise.resolve({ ratio: 3 })),
    ];
    await measureAll(parts, bench(), (figures) => {
      kept.push(figures);
      return Promise.resolve();
    });
    expect(kept).toEqual([{ a: { ratio: 1 } }, { a: { ratio: 1 }, c: { ratio: 3 } }]);
  });

  it('goes on where its figures cannot be kept, and still names what failed', async () => {
    const parts = [
      part('a', () => Promise.reject(new Error('a failed'))),
      part('b', () => Promise.resolve({ ratio: 2 })),
      part('c', () => Promise.resolve({ ratio: 3 })),
    ];
    const told = bench();
    const { figures, failures } = await measureAll(parts, told, () => Promise.reject(new Error('disk full')));
    expect(failures).toEqual([like(/^a: .*a failed/)]);
    expect(figures).toEqual({ b: { ratio: 2 }, c: { ratio: 3 } });
    expect(told.said).toContain('  NOT KEPT: Error: disk full');
  });

  it('that is ended starts no other part', async () => {
    const ending = new AbortController();
    const tried: string[] = [];
    const one = (name: string) =>
      part(name, () => {
        tried.push(name);
        ending.abort();
        return Promise.resolve({ ratio: 1 });
      });
    const parts = [one('a'), one('b')];
    await expect(measureAll(parts, { ...bench(), signal: ending.signal })).rejects.toThrow('aborted');
    expect(tried).toEqual(['a']);
  });

  it('becomes a page with every goal, missed ones too', () => {
    const parts = [
      part('a', () => Promise.resolve({ ratio: 0 })),
      part('b', () => Promise.resolve({ ratio: 0 })),
    ];
    const page = makeDoc(
      {
        date: '2026-11-23T00:00:00.000Z',
        seconds: 600,
        runs: 1,
        rounds: 9,
        machine: { processor: 'a processor', cores: 2, memoryGiB: 24, system: 'linux 6.1 x64' },
        code: {},
        versions: { zod: '4.6.7', 'Node.js of the functions': 'v24.21.0' },
      },
      parts.map((one, index) => [one, one.section({ ratio: index })]),
    );
    expect(page).toContain('Measured on 2026-11-23 in one run of 10 minutes');
    expect(page).toContain('a processor, 2 cores, 24 GiB, linux 6.1 x64. zod 4.6.7, Node');
    expect(page).toContain('- [Part a!](#part-a)');
    expect(page).toContain('| a | ≤ 0.5× | 0× | met |');
    expect(page).toContain('| b | ≤ 0.5× | 1× | **missed** |');
    expect(page).toContain('## Part b!\n\nIt is 1.');
  });

  it('takes no figures of another part', () => {
    expect(() => part('a', () => Promise.resolve({ ratio: 0 })).section({ rate: 1 })).toThrow(z.ZodError);
  });
});

describe('figures', () => {
  it('are the middle with its ends', () => {
    expect(figureOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, rounds: 3 });
    expect(figureOf([4, 1, 2, 3]).median).toBe(2.5);
  });

  it('compare round by round', () => {
    expect(ratioOf([1, 10, 3], [2, 20, 3])).toEqual({ median: 0.5, min: 0.5, max: 1, rounds: 3 });
    expect(() => ratioOf([1], [1, 2])).toThrow('side by side');
    expect(() => ratioOf([1], [0])).toThrow('no number');
    expect(() => figureOf([])).toThrow('nothing was measured');
  });

  it('come of contenders that take turns, every second round the other way round', async () => {
    const order: string[] = [];
    const one = (name: string, value: number) => () => {
      order.push(name);
      return Promise.resolve(value);
    };
    const contenders = { a: one('a', 1), b: one('b', 2) };
    const values = await takeTurns(contenders, { rounds: 3, signal: new AbortController().signal });
    expect(order.join('')).toBe('abbaab');
    expect(Object.fromEntries(values)).toEqual({ a: [1, 1, 1], b: [2, 2, 2] });
  });

  it.each([
    [0, '0'],
    [0.01234, '0.0123'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [1234.5, '1,235'],
    [1_234_567, '1,234,567'],
  ])('%d is printed as %s', (value, words) => {
    expect(digits(value)).toBe(words);
  });

  it('are printed with their ends', () => {
    const figure = figureOf([1, 2, 3]);
    expect(spread(figure)).toBe('2.00 (1.00 to 3.00)');
    expect(times(figure)).toBe('2.00× (1.00 to 3.00)');
  });
});
