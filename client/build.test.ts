import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient, type BUNDLES, type Size } from './build.ts';

const EXPORTS = ['keepAlive', 'typingReceiver', 'typingSender'];
const NAMES = ['typing-relay.js', 'typing-relay.global.js'] as const;

let outdir: string;
let sizes: Record<keyof typeof BUNDLES, Size>;

beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'typing-relay-client-'));
  sizes = await buildClient(outdir);
});
afterAll(async () => {
  await rm(outdir, { recursive: true, force: true });
});

const namesIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

const read = (name: string): Promise<string> => readFile(join(outdir, name), 'utf8');

describe.each(NAMES)('%s', (name) => {
  it('is below 3 KB minified and gzipped', () => {
    expect(sizes[name].gzipped).toBeLessThan(3_072);
  });

  it('imports nothing and evaluates nothing', async () => {
    const text = await read(name);
    expect(text).not.toMatch(/\bimport\b|\brequire\b|\beval\b|\bFunction\b/);
    expect(text).not.toMatch(/setInterval\(["'`]|setTimeout\(["'`]/);
  });
});

it('the module exports what it promises', async () => {
  const url = pathToFileURL(join(outdir, 'typing-relay.js')).href;
  const module: unknown = await import(/* @vite-ignore */ url);
  expect(namesIn(module).sort()).toEqual(EXPORTS);
});

it('the script makes one global', async () => {
  const page: Record<string, unknown> = {};
  runInNewContext(await read('typing-relay.global.js'), page);
  expect(Object.keys(page)).toEqual(['TypingRelay']);
  expect(namesIn(page['TypingRelay']).sort()).toEqual(EXPORTS);
});

it("the types serve a strict project that knows none of this one's settings", async () => {
  const use = [
    "import { keepAlive, typingReceiver, typingSender, type TypingSender } from './typing-relay.js';",
    "const socket = new WebSocket('wss://example.com');",
    "const typing: TypingSender = typingSender(() => socket, document.createElement('textarea'));",
    "typingSender(socket, document.createElement('div'), { text: () => 'a' }).stop();",
    '// @ts-expect-error: a div has no value',
    "typingSender(socket, document.createElement('div'));",
    'typingReceiver(socket, (isTyping: boolean) => { console.log(isTyping); }).message();',
    'keepAlive(socket).stop();',
    'typing.sent();',
  ];
  await writeFile(join(outdir, 'use.ts'), use.join('\n'));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'nodenext',
  };
  await writeFile(join(outdir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  await writeFile(join(outdir, 'package.json'), '{"type":"module"}');
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  // It tells what is wrong on stdout, and execFile's error holds only stderr.
  const found = await new Promise<string>((done) => {
    execFile(process.execPath, [tsc, '-p', outdir], (_error, stdout) => {
      done(stdout);
    });
  });
  expect(found).toBe('');
});
