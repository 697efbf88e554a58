import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { UsageError } from '../usage.ts';
import { readFlags } from './flags.ts';
import { FULL, QUICK } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @param onError what to do with the child when it writes to standard error */
function scale(
  args: string[],
  onError: (kill: () => void) => void = () => undefined,
): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/scale/start.ts', ...args], { cwd: ROOT });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    texts.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    texts.err += data.toString();
    onError(() => child.kill('SIGINT'));
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      resolve({ status, ...texts });
    });
  });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'typing-relay-scale-test-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true });
  });
  return made;
}

describe('the flags', () => {
  it('as they are by default write the page', () => {
    expect(readFlags([], 'docs')).toMatchObject({ ...FULL, seed: 1, json: false, out: 'docs' });
  });
  it.each([[['--quick']], [['--chats', '2000']], [['--sample', '20']], [['--seed', '2']], [['--json']]])(
    '%j write nothing, unless told where',
    (args) => {
      expect(readFlags(args, 'docs').out).toBeUndefined();
      expect(readFlags([...args, '--out', 'here'], 'docs').out).toBe('here');
    },
  );
  it('with --quick are for a small run, but for what is said', () => {
    expect(readFlags(['--quick', '--sample', '12'], 'docs')).toMatchObject({ ...QUICK, sample: 12 });
  });
  it.each([
    [['--chats', '999'], '--chats takes a whole number from 1000 to 10000000, not "999"'],
    [['--sample', '5'], '--sample takes a whole number from 10'],
    [['--seed', '-1'], '--seed'],
    [['--out', ''], '--out is empty'],
    [['--colour'], "Unknown option '--colour'"],
  ])('%j are refused and told what is right', (args, words) => {
    expect(() => readFlags(args, 'docs')).toThrow(UsageError);
    expect(() => readFlags(args, 'docs')).toThrow(words);
  });
});

const small = ['--quick', '--sample', '10', '--chats', '1000'];
const json = z.object({
  ways: z.array(
    z.object({ way: z.object({ name: z.string() }), steps: z.array(z.object({ chats: z.number() })) }),
  ),
  shared: z.array(z.object({ way: z.string(), draftsShown: z.number() })),
});

describe('npm run scale', () => {
  it('with --json prints the results and nothing else, the same for the same seed', async () => {
    const page = join(ROOT, 'docs/scale.md');
    const before = existsSync(page) ? readFileSync(page, 'utf8') : undefined;
    const [one, same] = await Promise.all([scale([...small, '--json']), scale([...small, '--json'])]);
    expect(one).toMatchObject({ status: 0 });
    expect(one.out.trim().split('\n')).toHaveLength(1);
    expect(same.out).toBe(one.out);
    const { ways, shared } = json.parse(JSON.parse(one.out));
    expect(ways).toHaveLength(6);
    expect(ways[0]?.steps.map(({ chats }) => chats)).toEqual([10, 20, 50, 100, 200, 500, 1_000]);
    expect(shared).toHaveLength(3 * QUICK.shared.length);
    expect(one.err).toMatch(/^100 %: [\d,]+ steps, 0 s left$/m);
    if (before !== undefined) expect(readFileSync(page, 'utf8')).toBe(before);
  });

  it('writes the page and its pictures where it is told', async () => {
    const out = join(folder(), 'new');
    const run = await scale([...small, '--seed', '3', '--out', out]);
    expect(run).toMatchObject({ status: 0 });
    expect(run.out).toContain('Genesys: requests of a token');
    expect(readdirSync(out).sort()).toEqual(['scale', 'scale.md']);
    const page = readFileSync(join(out, 'scale.md'), 'utf8');
    expect(page).toContain('and seed 3.');
    const pictures = Array.from(page.matchAll(/\]\((scale\/[\w-]+\.svg)\)/g), ([, name = '']) => name);
    expect(pictures).toHaveLength(3);
    for (const name of pictures)
      expect(readFileSync(join(out, name), 'utf8')).toMatch(/^<svg [^]*fill="white"/);
  });

  it('with --help says how it is used', async () => {
    const { status, out } = await scale(['--help']);
    expect(status).toBe(0);
    expect(out).toContain('--sample N');
  });

  it('ends by Ctrl-C with 130, and writes nothing', async () => {
    const out = join(folder(), 'out');
    const run = await scale(['--chats', '1000', '--sample', '100', '--out', out], (kill) => {
      kill();
    });
    expect(run).toMatchObject({ status: 130, out: '' });
    expect(run.err).toContain('Ended.');
    expect(existsSync(out)).toBe(false);
  });

  it('tells at once when --out cannot be written, or a flag is wrong, and exits with 2', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const run = await scale([...small, '--out', file]);
    expect(run).toMatchObject({ status: 2, out: '' });
    expect(run.err).toContain('is no folder');
    expect(await scale(['--chats', 'many'])).toMatchObject({ status: 2, out: '' });
  });
});
