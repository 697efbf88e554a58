import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { CONSTANTS } from './doc.ts';
import { UsageError } from '../usage.ts';
import { readFlags } from './flags.ts';
import { count } from './format.ts';
import { makeProgress } from './progress.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Run {
  status: number | null;
  out: string;
  err: string;
}

/** @param onError what to do with the child when it writes to standard error */
function simulate(
  args: string[],
  onError: (kill: () => void, text: string) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/simulate/start.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    texts.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    texts.err += data.toString();
    onError(() => child.kill('SIGINT'), data.toString());
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      resolve({ status, ...texts });
    });
  });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'typing-relay-simulate-test-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true });
  });
  return made;
}

/** What a run left, but for the loader's own cache. */
const left = (temporary: string): string[] =>
  readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));

describe('the flags', () => {
  it('as they are by default write the page', () => {
    expect(readFlags([], 'docs')).toMatchObject({ messages: 1_000_000, seed: 1, json: false, out: 'docs' });
    expect(readFlags(['--workers', '3'], 'docs')).toMatchObject({ workers: 3, out: 'docs' });
  });
  it.each([[['--messages', '5000']], [['--seed', '2']], [['--trace', 'x.csv']], [['--json']]])(
    '%j write nothing, unless told where',
    (args) => {
      expect(readFlags(args, 'docs').out).toBeUndefined();
      expect(readFlags([...args, '--out', 'here'], 'docs').out).toBe('here');
    },
  );
  it.each([
    [['--messages', '999'], '--messages takes a whole number from 1000 to 100000000, not "999"'],
    [['--messages', 'many'], '--messages takes a whole number'],
    [['--seed', '-1'], '--seed'],
    [['--seed', '1.5'], '--seed takes a whole number from 0 to 4294967295, not "1.5"'],
    [['--workers', '0'], '--workers takes a whole number from 1 to 256, not "0"'],
    [['--out', ''], '--out is empty'],
    [['--colour'], "Unknown option '--colour'"],
    [['much'], 'Unexpected argument'],
  ])('%j are refused and told what is right', (args, words) => {
    expect(() => readFlags(args, 'docs')).toThrow(UsageError);
    expect(() => readFlags(args, 'docs')).toThrow(words);
  });
});

describe('the progress', () => {
  it('is a bar on a terminal, which goes when all is done', () => {
    const written: string[] = [];
    const clock = { now: 0 };
    const screen = { isTTY: true, write: (text: string) => written.push(text) };
    const progress = makeProgress(screen, 1_000, () => clock.now);
    clock.now = 1_000;
    progress.add(500);
    expect(written.join('')).toMatch(/█{15}░{15} 50 % {2}1 s left/);
    clock.now = 2_000;
    expect(progress.end()).toBe(2);
    expect(written.at(-1)).toBe('\r\u001b[K');
  });
  it('is a plain line for each tenth elsewhere', () => {
    const written: string[] = [];
    const progress = makeProgress({ write: (text) => written.push(text) }, 1_000, () => 0);
    for (let done = 0; done < 1_000; done += 50) progress.add(50);
    expect(written).toHaveLength(10);
    expect(written[0]).toBe('10 %: 100 messages, 0 s left\n');
  });
});

const json = z.object({
  cells: z.array(z.object({ id: z.string(), measures: z.record(z.string(), z.nullable(z.number())) })),
});

describe('npm run simulate', () => {
  it('with --json prints the results and nothing else, and leaves the docs alone', async () => {
    const before = readFileSync(join(ROOT, 'docs/typing-quality.md'), 'utf8');
    const { status, out, err } = await simulate(['--json', '--messages', '1000']);
    expect({ status, lines: out.trim().split('\n').length }).toEqual({ status: 0, lines: 1 });
    const { cells } = json.parse(JSON.parse(out));
    expect(cells.find(({ id }) => id === '1 % loss / ours / held')?.measures['accuracy']).toBeGreaterThan(
      0.8,
    );
    expect(err.match(/\d+ %/g)).toEqual(Array.from({ length: 10 }, (_, index) => `${10 * (index + 1)} %`));
    expect(err).toMatch(
      /^\d+\.\d s: [\d,]+ messages, [\d,]+ keys, [\d,]+ typing frames a second, of them [\d,]+ messages through the real client and relay$/m,
    );
    expect(readFileSync(join(ROOT, 'docs/typing-quality.md'), 'utf8')).toBe(before);
  });

  it('replays a trace, and writes the same page and pictures with one worker and with two', async () => {
    const here = folder();
    const trace = join(here, 'keys.csv');
    const keys = Array.from({ length: 900 }, (_, index) => `ann,1,${index * 250 + (index % 7) * 30}`);
    writeFileSync(trace, `user,session,time\n${keys.join('\n')}\n`);
    const written = async (workers: string): Promise<string[]> => {
      const out = join(here, workers);
      const run = await simulate([
        '--trace',
        trace,
        '--messages',
        '1000',
        '--workers',
        workers,
        '--out',
        out,
      ]);
      expect(run).toMatchObject({ status: 0 });
      expect(run.out).toContain('Genesys guest SDK');
      const pictures = readdirSync(join(out, 'typing-quality')).map((name) => join('typing-quality', name));
      return ['typing-quality.md', ...pictures].map((name) => readFileSync(join(out, name), 'utf8'));
    };
    const [[page, ...pictures], again] = await Promise.all([written('1'), written('2')]);
    expect(page).toContain('keystrokes from keys.csv');
    // Nothing of the generator holds for a trace.
    for (const words of ['Is the simulation right?', 'LN(5.045', 'Gaps between keys', '**Cost.**'])
      expect(page).not.toContain(words);
    expect(pictures).toHaveLength(5);
    for (const picture of pictures) expect(picture).toMatch(/^<svg [^]*fill="white"/);
    expect(again).toEqual([page, ...pictures]);
  });

  it('tells the wrong lines of a trace and exits with 1', async () => {
    const trace = join(folder(), 'keys.csv');
    writeFileSync(trace, 'ann,1,0\nann,1,now\n');
    const { status, out, err } = await simulate(['--trace', trace]);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toBe(`${trace}:2: not user,session,press time in milliseconds: "ann,1,now"\n`);
  });

  it('with a trace that is not there, or a wrong flag, exits with 2', async () => {
    const missing = await simulate(['--trace', join(folder(), 'none.csv')]);
    expect(missing).toMatchObject({ status: 2, out: '' });
    expect(missing.err).toContain('Cannot read --trace');
    const wrong = await simulate(['--messages', 'x']);
    expect(wrong).toMatchObject({ status: 2, out: '' });
  });

  it('with --help says how it is used', async () => {
    const { status, out } = await simulate(['--help']);
    expect(status).toBe(0);
    expect(out).toContain('--trace FILE');
  });

  it('ends at once by Ctrl-C, and leaves nothing behind', async () => {
    const temporary = folder();
    const run = await simulate(
      ['--messages', '60000', '--out', join(temporary, 'out')],
      (kill) => {
        kill();
      },
      { TMPDIR: temporary },
    );
    expect(run).toMatchObject({ status: 130, out: '' });
    expect(run.err).toContain('Ended.');
    expect(left(temporary)).toEqual([]);
  });

  it('writes nothing when Ctrl-C comes while it writes the page', async () => {
    const temporary = folder();
    // The rate is told when the run is over and the page is not begun.
    const run = await simulate(
      ['--messages', '1000', '--out', join(temporary, 'out')],
      (kill, text) => {
        if (text.includes('a second')) kill();
      },
      { TMPDIR: temporary },
    );
    expect(run).toMatchObject({ status: 130 });
    expect(left(temporary)).toEqual([]);
  });

  it('tells at once when --out cannot be written, and exits with 2', async () => {
    const here = folder();
    writeFileSync(join(here, 'file'), '');
    mkdirSync(join(here, 'page', 'typing-quality.md'), { recursive: true });
    for (const [out, why] of [
      [join(here, 'file'), 'is no folder'],
      [join(here, 'file', 'below'), 'is no folder'],
      [join(here, 'page'), 'typing-quality.md is a folder there'],
      ['/proc/nope', 'ENOENT'],
    ] as const) {
      const run = await simulate(['--messages', '1000', '--out', out]);
      expect(run, out).toMatchObject({ status: 2, out: '' });
      expect(run.err).toContain(`Cannot write into --out ${out}`);
      expect(run.err).toContain(why);
    }
    expect(readdirSync(here)).toEqual(['file', 'page']);
  });

  it('takes no more workers than there are cores, and says so once', async () => {
    const run = await simulate(['--json', '--messages', '1000', '--workers', '200']);
    expect(run.status).toBe(0);
    const cores = availableParallelism();
    expect(run.err).toContain(`--workers 200: there are ${cores} cores, so ${cores}\n`);
    expect(run.err).not.toContain('MaxListeners');
  });
});

it('the page in docs was written with the constants that the code has', () => {
  const page = readFileSync(join(ROOT, 'docs/typing-quality.md'), 'utf8');
  const table = Object.fromEntries(
    Array.from(page.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \|$/gm), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const code = Object.fromEntries(Object.entries(CONSTANTS).map(([name, value]) => [name, count(value)]));
  expect(table, 'run npm run simulate').toEqual(code);
});
