import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ROOT } from '../../infra/bundle.ts';
import { definePart } from '../measure/part.ts';
import { UsageError } from '../usage.ts';
import { begin } from './begin.ts';
import { readCode } from './code.ts';
import { describeMachine, readVersions, type Results } from './results.ts';

/** A project with next to no code of its own. */
let root: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'typing-relay-begin-test-'));
  file = join(root, 'results.json');
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  for (const name of ['functions/index.ts', 'bench/traffic/part.ts']) await write(name, name);
  for (const lane of ['bench/peers', 'test/cross']) await write(`${lane}/package.json`, '{}');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const partOf = (name: string) =>
  definePart({
    name,
    title: name,
    figures: z.object({ ratio: z.number() }),
    measure: () => Promise.reject(new Error('nothing is measured here')),
    section: () => ({ text: '', goals: [], pictures: {} }),
  });
const parts = [partOf('senders'), partOf('traffic')];
const installed = { node: { file: 'node', version: 'v24.21.0' }, peers: '' };

/** What a run on this machine keeps where the part `traffic` fails. */
const keptNow = async (): Promise<Results> => ({
  date: '2026-11-23T00:00:00.000Z',
  seconds: 600,
  runs: 1,
  rounds: 11,
  machine: describeMachine(),
  code: await readCode(root),
  versions: await readVersions(root, installed),
  parts: { senders: { ratio: 1 } },
});

/** Begins a run that completes the file, or one of its own. */
async function beginWith(complete: string | undefined) {
  let installs = 0;
  const install = (): Promise<typeof installed> => {
    installs += 1;
    return Promise.resolve(installed);
  };
  const begun = begin({ rounds: 9, complete }, { root, parts, install });
  return { begun: await begun.catch((error: unknown) => error), installs };
}

describe('a run', () => {
  it('of its own begins with nothing', async () => {
    const { begun, installs } = await beginWith(undefined);
    expect(begun).toMatchObject({
      before: { seconds: 0, runs: 0, parts: {} },
      facts: { rounds: 9 },
      installed,
    });
    expect(installs).toBe(1);
  });

  it('that completes another goes on with its figures, in as many rounds', async () => {
    const kept = await keptNow();
    await writeFile(file, JSON.stringify(kept));
    const { begun } = await beginWith(file);
    const { date, seconds, runs, parts: figures, ...facts } = kept;
    expect(begun).toMatchObject({ before: { date, seconds, runs, parts: figures }, facts });
  });

  it.each<[string, (kept: Results) => unknown, RegExp]>([
    ['that is none', () => ({ date: 'yesterday' }), /is of another version/],
    [
      'of another machine',
      (kept) => ({ ...kept, machine: { ...kept.machine, cores: 99 } }),
      /another machine/,
    ],
    [
      'of other code',
      (kept) => ({ ...kept, code: { ...kept.code, functions: 'else' } }),
      /since.*: functions\./,
    ],
    ['whose code is not known', (kept) => ({ ...kept, code: undefined }), /not known of what code/],
    ['of another version', (kept) => ({ ...kept, parts: { senders: { rate: 1 } } }), /none of this version/],
  ])('refuses a file %s before anything is installed', async (_, fileOf, words) => {
    await writeFile(file, JSON.stringify(fileOf(await keptNow())));
    const { begun, installs } = await beginWith(file);
    expect(begun).toBeInstanceOf(UsageError);
    expect(String(begun)).toMatch(words);
    expect(installs).toBe(0);
  });

  it('refuses a file that is not there before anything is installed', async () => {
    const { begun, installs } = await beginWith(file);
    expect(String(begun)).toContain(`There is no ${file}`);
    expect(installs).toBe(0);
  });

  it('refuses figures beside other versions, which are known once all is installed', async () => {
    await writeFile(file, JSON.stringify({ ...(await keptNow()), versions: { zod: '0.0.1' } }));
    const { begun, installs } = await beginWith(file);
    expect(String(begun)).toContain('another set of versions');
    expect(installs).toBe(1);
  });

  it('may complete figures whose missing part was mended', async () => {
    const kept = await keptNow();
    await writeFile(
      file,
      JSON.stringify({ ...kept, code: { ...kept.code, 'bench/traffic': 'what failed' } }),
    );
    const { begun } = await beginWith(file);
    expect(begun).toMatchObject({ before: { parts: kept.parts }, facts: { code: kept.code } });
  });
});
