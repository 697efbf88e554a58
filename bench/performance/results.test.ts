import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/bundle.ts';
import { UsageError } from '../usage.ts';
import { makeKept } from './kept.ts';
import { mustMatch, readResults, readVersions, type Results } from './results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'typing-relay-results-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const machine = { processor: 'a processor', cores: 2, memoryGiB: 24, system: 'linux 6.1 x64' };
const resultsOf = (parts: Results['parts']): Results => ({
  date: '2026-11-23T00:00:00.000Z',
  seconds: 600,
  runs: 1,
  rounds: 9,
  machine,
  code: { functions: 'as it was' },
  versions: { zod: '4.6.7' },
  parts,
});

describe('figures of a run that is not whole', () => {
  it('are in one file, which is read again, and leave nothing when they are dropped', async () => {
    const kept = makeKept(folder);
    expect(kept.file()).toBeUndefined();
    const file = await kept.keep(resultsOf({ a: 1 }));
    expect(await kept.keep(resultsOf({ a: 1, b: 2 }))).toBe(file);
    expect(await readResults(file)).toEqual(resultsOf({ a: 1, b: 2 }));
    await kept.drop();
    expect(await readdir(folder)).toEqual([]);
  });

  it('stay as they were where more of them cannot be written', async () => {
    const kept = makeKept(folder);
    const file = await kept.keep(resultsOf({ a: 1 }));
    // Nothing can be written to a name that a folder has.
    await mkdir(join(dirname(file), 'next.json'));
    await expect(kept.keep(resultsOf({ a: 1, b: 2 }))).rejects.toThrow('EISDIR');
    expect(kept.file()).toBe(file);
    expect(await readResults(file)).toEqual(resultsOf({ a: 1 }));
  });

  it('are nowhere while there are none', async () => {
    await makeKept(folder).drop();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('results', () => {
  it('that are not there, or something else, are said to be', async () => {
    const file = join(folder, 'results.json');
    await expect(readResults(file)).rejects.toThrow(`There is no ${file}`);
    await writeFile(file, '{"date":"yesterday"}');
    await expect(readResults(file)).rejects.toThrow('is of another version');
  });

  it('of before the code was told are still results, of code that is not known', async () => {
    const file = join(folder, 'results.json');
    await writeFile(file, JSON.stringify({ ...resultsOf({}), code: undefined }));
    expect(await readResults(file)).toEqual({ ...resultsOf({}), code: {} });
  });

  it('of another machine or of other versions are not completed', () => {
    const before = resultsOf({});
    mustMatch(before, { machine: { ...machine }, versions: { zod: '4.6.7' } });
    const other = { ...before, machine: { ...machine, cores: 4 } };
    expect(() => {
      mustMatch(before, other);
    }).toThrow(UsageError);
    expect(() => {
      mustMatch(before, { ...before, versions: { zod: '4.6.8' } });
    }).toThrow('another set of versions');
  });

  it('have the versions of ours, of the usual stack and of the other emulator', async () => {
    const lane: unknown = JSON.parse(await readFile(join(ROOT, 'test/cross/package.json'), 'utf8'));
    const peers: unknown = JSON.parse(await readFile(join(ROOT, 'bench/peers/package.json'), 'utf8'));
    const versions = await readVersions(ROOT, { node: { file: 'node', version: 'v24.21.0' } });
    expect(lane).toHaveProperty('devDependencies', {
      osls: versions['osls'],
      'serverless-offline': versions['serverless-offline'],
    });
    expect(peers).toHaveProperty('dependencies', expect.objectContaining({ axios: versions['axios'] }));
    expect(versions['Node.js of the functions']).toBe('v24.21.0');
    expect(versions['ws']).toMatch(/^\d/);
  });
});
