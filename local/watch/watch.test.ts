import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { bundleOptions } from '../../infra/bundle.ts';
import { like } from '../fixture.ts';
import { connect, ok, run } from '../gateway/fixture.ts';
import { fn } from '../lambda/fixture.ts';
import { makeEnvironments } from '../lambda/environments.ts';
import { startWatch } from './watch.ts';

/** Counts its events, so that a test sees which environments are new. */
const handler = (word: string): string =>
  `import { mark } from './parts/shared.ts';
   let n = 0;
   export const handler = async () => ({ statusCode: 200, body: '${word}' + mark + ++n });`;

const SOURCES = {
  'functions/one.ts': handler('one'),
  'functions/two.ts': handler('two'),
  'functions/parts/shared.ts': `export const mark = '-';`,
  'functions/parts/idle.ts': 'export const idle = 1;',
  'infra/app.ts': `import './stack.ts';`,
  'infra/stack.ts': `export const stack = 1;`,
  'infra/tool.ts': `export const tool = 1;`,
  'cdk.json': '{}',
};

/** A project of two functions, `One` and `Two`, that runs and is watched until the test is over. */
async function project() {
  const root = await mkdtemp(join(tmpdir(), 'watch-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const save = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    // As editors do, so that nobody reads half a file.
    await writeFile(join(root, 'draft'), text);
    await rename(join(root, 'draft'), join(root, file));
  };
  for (const [file, text] of Object.entries(SOURCES)) await save(file, text);
  const functions = [];
  for (const [logicalId, entry] of [
    ['One', 'functions/one.ts'],
    ['Two', 'functions/two.ts'],
  ] as const) {
    await build(bundleOptions({ index: entry }, join(root, 'out', logicalId), root));
    functions.push({ ...(await fn('')), logicalId, entry, file: join(root, 'out', logicalId, 'index.mjs') });
  }
  const { invoke, renew, close } = makeEnvironments({ functions });
  onTestFinished(close);
  const said: string[] = [];
  const watching = startWatch({ root, functions, renew, tell: (text) => said.push(text) });
  onTestFinished(watching.close);
  return {
    root,
    invoke,
    save,
    said,
    answer: async (id: string) => {
      const result = await invoke(id, {});
      if (!result.ok) throw new Error(result.error.message);
      return z.object({ body: z.string() }).parse(result.value).body;
    },
    /** Everything that was said, once it is so much. */
    told: async (count: number) => {
      await vi.waitUntil(() => said.length >= count, { timeout: 15_000 });
      return said.map((text) => text.replace(/in \d+ ms/, 'in … ms'));
    },
  };
}

describe('a saved source', () => {
  it('is in the next event of its function; the other functions keep their environments', async () => {
    const { save, answer, told } = await project();
    expect([await answer('One'), await answer('Two')]).toEqual(['one-1', 'two-1']);
    await save('functions/one.ts', handler('new'));
    expect(await told(1)).toEqual(['Rebuilt one in … ms: functions/one.ts']);
    expect([await answer('One'), await answer('Two')]).toEqual(['new-1', 'two-2']);
  });

  it('that several share is in all of them', async () => {
    const { save, answer, told } = await project();
    await save('functions/parts/shared.ts', `export const mark = '+';`);
    expect(await told(1)).toEqual(['Rebuilt one, two in … ms: functions/parts/shared.ts']);
    expect([await answer('One'), await answer('Two')]).toEqual(['one+1', 'two+1']);
  });

  it('that changes no code ends no environment', async () => {
    const { save, answer, told } = await project();
    await answer('One');
    await save('functions/one.ts', `// Why.\n${handler('one')}`);
    expect(await told(1)).toEqual(['Nothing to rebuild: functions/one.ts']);
    expect(await answer('One')).toEqual('one-2');
  });

  it('that does not build is told with its place, and the old code stays until it does', async () => {
    const { save, answer, told } = await project();
    await answer('One');
    await save('functions/one.ts', 'export const handler =\n  = 1;');
    expect(await told(1)).toEqual([
      'functions/one.ts:2:3: Unexpected "="\nNot rebuilt: the functions go on with the code that they have',
    ]);
    expect(await answer('One')).toEqual('one-2');
    await save('functions/one.ts', handler('mended'));
    expect((await told(2))[1]).toBe('Rebuilt one in … ms: functions/one.ts');
    expect(await answer('One')).toEqual('mended-1');
  });

  it.each(['written', 'replaced by renaming'])('is noticed each time that its file is %s', async (how) => {
    const { root, save, answer } = await project();
    for (const word of ['first', 'second', 'third']) {
      if (how === 'written') await writeFile(join(root, 'functions/one.ts'), handler(word));
      else await save('functions/one.ts', handler(word));
      // What is written is empty for a moment.
      await vi.waitUntil(async () => (await answer('One').catch(() => '')).startsWith(word), {
        timeout: 15_000,
      });
    }
  });

  it('may stand in a folder that was not there at the start', async () => {
    const { save, answer, told } = await project();
    await save('functions/later/word.ts', `export const mark = '*';`);
    expect((await told(1))[0]).toBe('Nothing to rebuild: functions/later/word.ts');
    await save('functions/one.ts', handler('one').replace('parts/shared', 'later/word'));
    await vi.waitUntil(async () => (await answer('One')).startsWith('one*'), { timeout: 15_000 });
    await save('functions/later/word.ts', `export const mark = '#';`);
    await vi.waitUntil(async () => (await answer('One')).startsWith('one#'), { timeout: 15_000 });
  });

  it('may stand in a folder that went and came again at once', async () => {
    const { root, save, answer, told } = await project();
    const parts = join(root, 'functions/parts');
    rmSync(parts, { recursive: true });
    mkdirSync(parts);
    writeFileSync(join(parts, 'shared.ts'), SOURCES['functions/parts/shared.ts']);
    await told(1);
    await save('functions/parts/shared.ts', `export const mark = '+';`);
    await vi.waitUntil(async () => (await answer('One')).startsWith('one+'), { timeout: 15_000 });
  });

  it('of the stack is named with what to do; a tool or a test beside it is not', async () => {
    const { save, told } = await project();
    await save('infra/tool.ts', 'export const tool = 2;');
    await save('infra/stack.test.ts', '');
    await save('functions/one.test.ts', '');
    await save('cdk.json', '{ }');
    await save('infra/stack.ts', 'export const stack = 2;');
    const again = 'changed: start again to take it into the stack';
    expect((await told(2)).sort()).toEqual([`cdk.json ${again}`, `infra/stack.ts ${again}`]);
  });
});

describe('a project that cannot be watched', () => {
  it('is told, and nothing else ends', async () => {
    const said: string[] = [];
    const { close } = startWatch({
      root: join(tmpdir(), 'no-such-project'),
      functions: [],
      renew: () => undefined,
      tell: (text) => said.push(text),
    });
    expect(said).toEqual([like(/^Not all sources are watched, start again after a change: ENOENT/)]);
    await expect(close()).resolves.toBeUndefined();
  });
});

describe('a connection', () => {
  it('stays while its function is replaced', async () => {
    const { invoke, save, told } = await project();
    const gateway = await run(
      { $connect: ok },
      {
        routes: [{ routeKey: 'say', functionId: 'One', returnsResponse: true }],
        invoke: async (id, event) =>
          id === '$connect' ? { ok: true, value: ok(), ms: 0, coldStart: false } : invoke(id, event),
      },
    );
    const client = await connect(gateway.url);
    client.send({ type: 'say' });
    expect(await client.next()).toBe('one-1');
    await save('functions/one.ts', handler('new'));
    await told(1);
    client.send({ type: 'say' });
    expect(await client.next()).toBe('new-1');
  });
});
