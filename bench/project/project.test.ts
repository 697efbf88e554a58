import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { shown } from './first-message.ts';
import { bytesOf, sizeOf } from './install.ts';
import { npmTest } from './npm-test.ts';
import { project } from './part.ts';
import { seconds } from './run.ts';
import { mustDeclare, resourcesOf } from './synth.ts';

let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'typing-relay-project-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const write = async (name: string, text: string): Promise<void> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
};

describe('the first message', () => {
  it('is relayed once the agent sees the bubble', async () => {
    let asked = 0;
    const { url } = await serve(() => ({
      status: 200,
      body: JSON.stringify({ guestTyping: (asked += 1) > 2 }),
    }));
    await shown(url, signal);
    expect(asked).toBe(3);
  });

  it('that shows no bubble fails the measurement', async () => {
    const { url } = await serve(() => ({ status: 200, body: '{"guestTyping":false}' }));
    await expect(shown(url, signal, 0)).rejects.toThrow('the first message was not relayed');
  });
});

describe('a synth', () => {
  const template = JSON.stringify({ Resources: { A: { Type: 'X' }, B: { Type: 'X' }, C: { Type: 'Y' } } });

  it('is counted over all its templates', async () => {
    await write('one.template.json', template);
    await write('two.template.json', '{}');
    await write('two.assets.json', '{"files":{}}');
    expect([...(await resourcesOf(folder))]).toEqual([
      ['X', 2],
      ['Y', 1],
    ]);
  });

  it('without a template fails the measurement', async () => {
    await expect(resourcesOf(folder)).rejects.toThrow('the synth made no template');
  });

  it('that declares less than it is said to fails the measurement', () => {
    const resources = new Map([['AWS::Lambda::Function', 11]]);
    mustDeclare(resources, { 'AWS::Lambda::Function': 11 });
    expect(() => {
      mustDeclare(resources, { 'AWS::Lambda::Function': 12 });
    }).toThrow('declares 11 of AWS::Lambda::Function, and not 12');
    expect(() => {
      mustDeclare(resources, { 'AWS::SQS::Queue': 1 });
    }).toThrow('declares 0 of AWS::SQS::Queue');
  });
});

describe('an installation', () => {
  const declare = async (): Promise<void> => {
    await write('package.json', '{"dependencies":{"one":"^1"},"devDependencies":{"two":"2.0.0"}}');
    const packages = {
      '': {},
      'node_modules/one': { version: '1.0.0' },
      'node_modules/two': { version: '2.0.0' },
    };
    await write('package-lock.json', JSON.stringify({ packages }));
    await write('node_modules/one/package.json', '12345');
  };

  it('is as large as its files, and has the packages of its lock file', async () => {
    await declare();
    await write('node_modules/two/package.json', '123');
    await write('node_modules/two/lib/index.js', '12');
    expect(await sizeOf({ folders: [folder] })).toEqual({ bytes: 10, packages: 2 });
  });

  it('that lacks a package which is declared fails the measurement', async () => {
    await declare();
    await expect(sizeOf({ folders: [folder] })).rejects.toThrow('two was declared and not installed');
  });

  it('of nothing has no bytes', async () => {
    expect(await bytesOf(folder)).toBe(0);
  });
});

it('a command that fails fails the measurement, with its words', async () => {
  const args = ['-e', 'console.error("no such thing"); process.exit(3)'];
  await expect(seconds(process.execPath, args, { cwd: folder, signal })).rejects.toThrow('no such thing');
});

describe('a command that is ended', () => {
  /** Takes its time to end, and the one that it started takes a little more. */
  const SLOW = (name: string, more = ''): string =>
    `const { spawn } = require('node:child_process'); const { writeFileSync } = require('node:fs');
    process.on('SIGTERM', () => setTimeout(() => { writeFileSync('${name} ended', ''); process.exit(); }, 200));
    setInterval(() => undefined, 1_000); ${more || `writeFileSync('${name} is there', '');`}`;
  const inner = JSON.stringify(SLOW('inner'));
  const script = SLOW('outer', `spawn(process.execPath, ['-e', ${inner}], { stdio: 'inherit' });`);

  it('is gone once that is told, with all that it started', async () => {
    const ending = new AbortController();
    const run = seconds(process.execPath, ['-e', script], { cwd: folder, signal: ending.signal });
    run.catch(() => undefined);
    await vi.waitUntil(async () => (await readdir(folder)).includes('inner is there'), { timeout: 20_000 });
    ending.abort();
    await expect(run).rejects.toThrow('aborted');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['inner ended', 'outer ended']));
  });

  it('before it began is not started', async () => {
    const args = ['-e', 'require("node:fs").writeFileSync("started", "")'];
    await expect(
      seconds(process.execPath, args, { cwd: folder, signal: AbortSignal.abort() }),
    ).rejects.toThrow('aborted');
    expect(await readdir(folder)).toEqual([]);
  });
});

it('a command that there is not fails the measurement', async () => {
  await expect(seconds(join(folder, 'none'), [], { cwd: folder, signal })).rejects.toThrow('ENOENT');
});

describe('npm test', { timeout: 120_000 }, () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is counted from its own report, and leaves no temporary files of its tests', async () => {
    vi.stubEnv('TMPDIR', folder);
    // It makes an app of the CDK, which leaves a folder.
    const { tests, passed } = await npmTest(signal, [
      '--project',
      'unit',
      'functions/ports/listeners.test.ts',
    ]);
    expect(tests).toBeGreaterThan(0);
    expect(passed).toBe(tests);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the section', () => {
  const figure = (median: number) => ({ median, min: median, max: median, rounds: 3 });
  const quick = {
    start: { ready: figure(8), relayed: figure(15) },
    synth: { ours: figure(4), resources: 93, functions: 7 },
  };
  const full = {
    ...quick,
    installs: {
      ours: { seconds: figure(10), bytes: 390e6, packages: 424 },
      samples: [
        {
          name: 'simple-websockets-chat-app',
          seconds: figure(5),
          bytes: 300e6,
          packages: 47,
        },
      ],
      sampleSynth: { seconds: figure(8), resources: 120, functions: 12 },
    },
    test: { seconds: 200, tests: 3_000, passed: 2_999 },
  };

  it('says what was not measured, and meets its goal at 15 seconds', () => {
    const { text, goals } = project.section(quick);
    expect(text).toContain('Installs are not measured in this run.');
    expect(text).toContain('| this project | 15.0 (15.0 to 15.0) s | not measured | 4.00');
    expect(goals.map(({ isMet }) => isMet)).toEqual([true]);
  });

  it('says all that was measured, failed tests too', () => {
    const { text } = project.section(full);
    expect(text).toContain('2,999 of 3,000 tests pass');
    expect(text).toContain('| simple-websockets-chat-app | 5.00 (5.00 to 5.00) | 300 MB | 47 |');
    expect(text).toContain('3 times in turn: too few for a ratio, so these are stated and not compared');
    expect(text).toContain('written anew: 12 functions, 120 resources');
  });
});
