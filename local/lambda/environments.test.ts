import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { anything, like } from '../fixture.ts';
import type { LambdaFunction } from '../template/model.ts';
import type { Environments } from './environments.ts';
import { makeEnvironments } from './environments.ts';
import type { PoolLimits } from './pool.ts';

let folder = '';
let count = 0;
const opened: Environments[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environments-'));
  await mkdir(join(folder, 'asset'));
  // An asset stands below a package that says "module", as those in this project's cdk.out do.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((environments) => environments.close()));
});

async function fn(
  source: string,
  more: Partial<LambdaFunction> & { extension?: string } = {},
): Promise<LambdaFunction> {
  const { extension = 'mjs', ...overrides } = more;
  count += 1;
  const file = join(folder, 'asset', `f${count}.${extension}`);
  await writeFile(file, source);
  return {
    logicalId: 'Fn',
    name: 'Fn',
    functionName: 'stack-Fn',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:stack-Fn',
    runtime: 'nodejs22.x',
    file,
    exportName: 'handler',
    timeoutSeconds: 20,
    memoryMb: 256,
    environment: {},
    logGroup: '/aws/lambda/stack-Fn',
    logFormat: 'Text',
    ...overrides,
  };
}

function open(
  one: LambdaFunction,
  extraEnvironment: Record<string, string> = {},
  limits: Partial<PoolLimits> = {},
): Environments & { lines: string[] } {
  const lines: string[] = [];
  const onLog = (entry: { line: string }): unknown => lines.push(entry.line);
  const environments = makeEnvironments({ functions: [one], extraEnvironment, onLog, limits });
  opened.push(environments);
  return { ...environments, lines };
}

describe('an environment', () => {
  it('keeps its module state between events and gets one at a time', async () => {
    const source = `let n = 0, busy = 0, most = 0;
      export const handler = async () => { most = Math.max(most, ++busy); await new Promise(setImmediate); busy--; return { n: ++n, most }; };`;
    const { invoke } = open(await fn(source));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: { n: 1, most: 1 }, coldStart: true });
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: { n: 2, most: 1 }, coldStart: false });
  });

  it('is one of several when all are busy, and none shares state with another', async () => {
    const { invoke } = open(await fn('let n = 0; export const handler = async () => ++n;'));
    const both = await Promise.all([invoke('Fn', {}), invoke('Fn', {})]);
    expect(both).toMatchObject([
      { value: 1, coldStart: true },
      { value: 1, coldStart: true },
    ]);
    expect(await invoke('Fn', {})).toMatchObject({ value: 2, coldStart: false });
  });

  it('waits for the top-level await of the bundle', async () => {
    const { invoke } = open(await fn('const v = await Promise.resolve(7); export const handler = () => v;'));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 7 });
  });

  it('hands events and answers through JSON', async () => {
    const { invoke } = open(
      await fn('export const handler = (event) => ({ event, at: new Date(0), gone: undefined });'),
    );
    expect(await invoke('Fn', { a: 1, gone: undefined })).toMatchObject({
      value: { event: { a: 1 }, at: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('answers null when the handler returns nothing', async () => {
    const { invoke } = open(await fn('export const handler = async () => {};'));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: null });
  });

  it('runs a CommonJS bundle named .js, whatever package.json stands above it', async () => {
    const source = 'const { join } = require("node:path"); exports.handler = async () => join("a", "b");';
    const { invoke } = open(await fn(source, { extension: 'js' }));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 'a/b' });
  });

  it('gives the handler a context', async () => {
    const source = `export const handler = (_e, c) => ({ id: c.awsRequestId, name: c.functionName, arn: c.invokedFunctionArn,
      memory: c.memoryLimitInMB, left: c.getRemainingTimeInMillis() });`;
    const result = await open(await fn(source)).invoke('Fn', {});
    expect(result).toHaveProperty('value', {
      id: like(/^[0-9a-f-]{36}$/),
      name: 'stack-Fn',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:stack-Fn',
      memory: '256',
      left: anything(Number),
    });
  });

  it('has the variables of Lambda and of the template, the extra ones over them, and nothing of this process', async () => {
    process.env['FROM_PARENT'] = 'leaked';
    onTestFinished(() => {
      delete process.env['FROM_PARENT'];
    });
    const one = await fn('export const handler = () => ({ ...process.env });', {
      environment: { TABLE: 'T', ENDPOINT: 'aws' },
      logFormat: 'JSON',
      logLevel: 'WARN',
    });
    const result = await open(one, { ENDPOINT: 'local' }).invoke('Fn', {});
    expect(result).toMatchObject({
      value: {
        TABLE: 'T',
        ENDPOINT: 'local',
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'stack-Fn',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_LOG_FORMAT: 'JSON',
        AWS_LAMBDA_LOG_LEVEL: 'WARN',
        TZ: ':UTC',
      },
    });
    expect(result).not.toHaveProperty('value.FROM_PARENT');
    expect(result).not.toHaveProperty('value.PATH');
  });
});

describe('the environments of a function', () => {
  /** Each event waits for its time, and says which environment it had. */
  const source = `import { threadId } from 'node:worker_threads';
    export const handler = async ({ ms = 0 }) => { await new Promise((done) => setTimeout(done, ms)); return threadId; };`;

  it('are no more than their limit: an event over it waits for a free one', async () => {
    const { invoke } = open(await fn(source), {}, { environments: 2, waitMs: 10_000 });
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => invoke('Fn', { ms: 20 })));
    const threads = results.map((result) => (result.ok ? result.value : result.error));
    expect(new Set(threads)).toHaveLength(2);
    expect(results.map(({ coldStart }) => coldStart)).toEqual([true, true, false, false, false]);
  });

  it('throttle an event that finds none free in time, and serve the next', async () => {
    const { invoke } = open(await fn(source), {}, { environments: 1, waitMs: 50 });
    const busy = invoke('Fn', { ms: 500 });
    const error = { type: 'TooManyRequestsException', message: 'Rate exceeded' };
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error, coldStart: false });
    await busy;
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: false });
  });

  it('give their place to the first that waits when one of them breaks', async () => {
    const breaking = `export const handler = ({ ms }) => ms === undefined ? 'well' : process.exit(1);`;
    const { invoke } = open(await fn(breaking), {}, { environments: 1, waitMs: 10_000 });
    const [broken, waiting] = await Promise.all([invoke('Fn', { ms: 1 }), invoke('Fn', {})]);
    expect(broken).toMatchObject({ ok: false });
    expect(waiting).toMatchObject({ ok: true, value: 'well', coldStart: true });
  });

  it('end when they were idle for their time, and not before', async () => {
    const { invoke } = open(await fn(source), {}, { idleMs: 200 });
    await invoke('Fn', {});
    expect(await invoke('Fn', {})).toMatchObject({ coldStart: false });
    await delay(400);
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: true });
  });

  it('let nobody wait once they are closed', async () => {
    const { invoke, close } = open(await fn(source), {}, { environments: 1, waitMs: 20_000 });
    const both = Promise.all([invoke('Fn', { ms: 10_000 }), invoke('Fn', {})]);
    await delay(100);
    await close();
    const closed = { ok: false, error: { message: 'The environments are closed' } };
    expect(await both).toMatchObject([closed, closed]);
  });
});

describe('the extra variables', () => {
  it('are read when an environment starts, so one may be set after the pools are made', async () => {
    const extra: Record<string, string> = {};
    const { invoke } = open(await fn('export const handler = () => process.env.LATE;'), extra);
    extra['LATE'] = 'set';
    expect(await invoke('Fn', {})).toMatchObject({ value: 'set' });
  });
});

describe('a failure', () => {
  it('of the handler is reported, and the environment lives on', async () => {
    const source = `let n = 0; export const handler = async () => { if (++n === 1) throw new RangeError('too far'); return n; };`;
    const { invoke } = open(await fn(source));
    expect(await invoke('Fn', {})).toMatchObject({
      ok: false,
      error: { type: 'RangeError', message: 'too far' },
    });
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 2, coldStart: false });
  });

  it('of INIT fails the invocation and drops the environment', async () => {
    const { invoke } = open(await fn(`throw new TypeError('no table'); export const handler = 1;`));
    const failure = { ok: false, error: { type: 'TypeError', message: 'no table' }, coldStart: true };
    expect(await invoke('Fn', {})).toMatchObject(failure);
    expect(await invoke('Fn', {})).toMatchObject(failure);
  });

  it('of a bundle without the handler says so', async () => {
    const { invoke } = open(await fn('export const other = 1;'));
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { type: 'Runtime.HandlerNotFound' } });
  });

  it('to answer in time ends the environment', async () => {
    const source = 'let n = 0; export const handler = () => ++n === 2 ? new Promise(() => {}) : n;';
    const { invoke } = open(await fn(source, { timeoutSeconds: 0.2 }));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1 });
    expect(await invoke('Fn', {})).toMatchObject({
      ok: false,
      error: { message: 'Task timed out after 0.2 seconds' },
    });
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1, coldStart: true });
  });

  it('to answer in time ends a handler that never yields', async () => {
    const { invoke } = open(await fn('export const handler = () => { for (;;); };', { timeoutSeconds: 0.2 }));
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { type: 'Sandbox.Timedout' } });
  });

  it('by exit fails the invocation and drops the environment', async () => {
    const { invoke } = open(await fn('let n = 0; export const handler = () => process.exit(3);'));
    const error = { type: 'Runtime.ExitError', message: 'Runtime exited with exit status 3' };
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error });
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error, coldStart: true });
  });

  it('comes of an unhandled rejection', async () => {
    const source = `export const handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}); };`;
    expect(await open(await fn(source)).invoke('Fn', {})).toMatchObject({
      ok: false,
      error: { message: 'lost' },
    });
  });

  it('meets what still runs at close, and what comes after', async () => {
    const { invoke, close } = open(await fn('export const handler = () => new Promise(() => {});'));
    const running = invoke('Fn', {});
    await close();
    expect(await running).toMatchObject({ ok: false });
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { type: 'ServiceException' } });
  });
});

describe('logging', () => {
  const parse = (line: string): unknown => JSON.parse(line);

  it('writes JSON lines from the level up', async () => {
    const source = `export const handler = () => { console.debug('low'); console.info({ a: 1 }); console.warn('a %s', 'b', 2);
      console.error(new Error('bad')); };`;
    const { invoke, lines } = open(await fn(source, { logFormat: 'JSON', logLevel: 'INFO' }));
    await invoke('Fn', {});
    const common = { timestamp: anything(String), requestId: like(/^[0-9a-f-]{36}$/) };
    expect(lines.map(parse)).toEqual([
      { ...common, level: 'INFO', message: { a: 1 } },
      { ...common, level: 'WARN', message: 'a b 2' },
      {
        ...common,
        level: 'ERROR',
        message: { errorType: 'Error', errorMessage: 'bad', stackTrace: anything(Array) },
      },
    ]);
  });

  it('writes one text line a call', async () => {
    const { invoke, lines } = open(await fn(`export const handler = () => { console.log('one\\ntwo'); };`));
    await invoke('Fn', {});
    expect(lines).toEqual([expect.stringMatching(/^\S+Z\t[0-9a-f-]{36}\tINFO\tone\rtwo$/)]);
  });

  it('passes on what is written to stdout and stderr, line by line', async () => {
    const source = `export const handler = () => { process.stdout.write('{"_aws"'); process.stdout.write(':1}\\n'); process.stderr.write('e\\n'); };`;
    const { invoke, lines } = open(await fn(source));
    await invoke('Fn', {});
    expect(lines).toEqual(['{"_aws":1}', 'e']);
  });
});
