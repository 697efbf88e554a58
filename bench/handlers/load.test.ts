import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { loadOnce, STOPS } from './load.ts';

const bench = {
  node: { file: process.execPath, version: process.version },
  signal: new AbortController().signal,
};

/** Loads a bundle of these words, with all settings but the one that is left out. */
async function load(words: string, stop?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-load-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'index.mjs');
  await writeFile(file, words);
  return loadOnce(bench, file, { TABLE_NAME: 'a table', STACK_NAME: 'a stack' }, stop);
}

/** What zod says of an environment without these, as the usual stack reads its own. */
function issues(...names: string[]): string {
  const model = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  return `throw new Error(${JSON.stringify(model.safeParse({}).error?.message)})`;
}

const missing = (names: string): string =>
  `if (process.env.TABLE_NAME === undefined && process.env.STACK_NAME) ` +
  `throw new Error('Environment variables missing or wrong: ${names}. Deploy the stack again.')`;

it('loading ends where the setting is missed that was left out', async () => {
  expect(await load(missing('TABLE_NAME'), STOPS.ours)).toHaveProperty('cpuMs');
  expect(await load(issues('TABLE_NAME'), STOPS.usual)).toHaveProperty('cpuMs');
});

it('code that misses no setting is loaded whole', async () => {
  expect(await load('export const open = () => undefined', STOPS.sdk)).toHaveProperty('cpuMs');
});

it.each([
  ['another setting is missed as well', missing('TABLE_NAME, STACK_NAME'), STOPS.ours],
  ['another setting is missed as well', issues('TABLE_NAME', 'STACK_NAME'), STOPS.usual],
  ['another setting is missed', issues('STACK_NAME'), STOPS.usual],
  ['a module is not there', 'import "./no-such-module.mjs"', STOPS.ours],
  ['the bundle goes on without the setting', 'export const handler = () => undefined', STOPS.usual],
  ['a bundle without settings fails', 'throw new Error("broken")', STOPS.sdk],
])('it is no loading where %s', async (_, words, stop) => {
  await expect(load(words, stop)).rejects.toThrow(/Command failed/);
});
