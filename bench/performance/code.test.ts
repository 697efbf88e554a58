import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/bundle.ts';
import { UsageError } from '../usage.ts';
import { mustBeSameCode, readCode } from './code.ts';
import { PARTS } from './parts.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'typing-relay-code-test-'));
  await write('functions/relay/relay.ts', 'one');
  await write('bench/usage.ts', 'two');
  await write('bench/senders/part.ts', 'three');
  await write('package-lock.json', '{}');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** What is told to be another once a file is written. */
async function changedBy(path: string, text = 'else'): Promise<string[]> {
  const before = await readCode(root);
  await write(path, text);
  const now = await readCode(root);
  return Object.keys({ ...before, ...now }).filter((folder) => before[folder] !== now[folder]);
}

describe('the code that was measured', () => {
  it.each([
    ['functions/relay/relay.ts', 'functions'],
    ['functions/relay/another.ts', 'functions'],
    ['bench/senders/part.ts', 'bench/senders'],
    ['bench/usage.ts', 'bench'],
    ['local/page/app/page.css', 'local'],
    ['test/cross/offline.ts', 'test'],
    ['package-lock.json', 'package-lock.json'],
    ['vitest.config.ts', 'vitest.config.ts'],
    ['tsconfig.json', 'tsconfig.json'],
    ['functions/relay/relay.test.ts', 'functions'],
  ])('is another once %s changes: in %s', async (path, folder) => {
    expect(await changedBy(path)).toEqual([folder]);
  });

  it.each([
    ['bench/results.json'],
    ['bench/performance/page.ts'],
    ['bench/peers/node_modules/axios/index.js'],
    ['client/dist/typing-relay.js'],
    ['functions/README.md'],
    ['docs/performance.md'],
    ['.local/ticket-key.json'],
  ])('is the same whatever %s holds', async (path) => {
    expect(await changedBy(path)).toEqual([]);
  });

  it('is another once text goes from one file to the next', async () => {
    await write('infra/a.ts', 'onetwo');
    await write('infra/b.ts', '');
    const before = await readCode(root);
    await write('infra/a.ts', 'one');
    await write('infra/b.ts', 'two');
    expect(await readCode(root)).not.toEqual(before);
  });

  it('has a folder for each part', async () => {
    expect(Object.keys(await readCode(ROOT))).toEqual(
      expect.arrayContaining([...PARTS.map(({ name }) => `bench/${name}`), 'functions', 'client', 'local']),
    );
  });
});

describe('figures of other code', () => {
  const before = { functions: '1', 'bench/senders': '2', 'bench/traffic': '3' };

  it('are not completed: what has changed is named', () => {
    const now = { functions: '9', 'bench/senders': '2', infra: '7' };
    expect(() => {
      mustBeSameCode(before, now, []);
    }).toThrow('bench/traffic, functions, infra.');
    expect(() => {
      mustBeSameCode({}, before, []);
    }).toThrow(UsageError);
  });

  it('are completed where only a part that has none was mended', () => {
    const now = { ...before, 'bench/senders': '9' };
    mustBeSameCode(before, now, ['senders']);
    expect(() => {
      mustBeSameCode(before, now, ['traffic']);
    }).toThrow('bench/senders');
  });
});
