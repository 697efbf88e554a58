import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { anything, like } from '../fixture.ts';
import { fn, open } from './fixture.ts';

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

  it('shares no memory with another function either', async () => {
    const source = `globalThis.seen = (globalThis.seen ?? 0) + 1; process.env.SEEN ??= ''; process.env.SEEN += 'x';
      export const handler = () => [globalThis.seen, process.env.SEEN];`;
    const [one, other] = [open(await fn(source)), open(await fn(source))];
    const fresh = { ok: true, value: [1, 'x'] };
    expect(await one.invoke('Fn', {})).toMatchObject(fresh);
    expect(await other.invoke('Fn', {})).toMatchObject(fresh);
    expect(process.env['SEEN']).toBeUndefined();
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
    const result = await open(one, { extraEnvironment: { ENDPOINT: 'local' } }).invoke('Fn', {});
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
    const { invoke } = open(await fn(source), { limits: { environments: 2, waitMs: 10_000 } });
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => invoke('Fn', { ms: 20 })));
    const threads = results.map((result) => (result.ok ? result.value : result.error));
    expect(new Set(threads)).toHaveLength(2);
    expect(results.map(({ coldStart }) => coldStart)).toEqual([true, true, false, false, false]);
  });

  it('throttle an event that finds none free in time, and serve the next', async () => {
    const { invoke } = open(await fn(source), { limits: { environments: 1, waitMs: 50 } });
    const busy = invoke('Fn', { ms: 500 });
    const error = { type: 'TooManyRequestsException', message: 'Rate exceeded' };
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error, coldStart: false });
    await busy;
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: false });
  });

  it('give their place to the first that waits when one of them breaks', async () => {
    const breaking = `export const handler = ({ ms }) => ms === undefined ? 'well' : process.exit(1);`;
    const { invoke } = open(await fn(breaking), { limits: { environments: 1, waitMs: 10_000 } });
    const [broken, waiting] = await Promise.all([invoke('Fn', { ms: 1 }), invoke('Fn', {})]);
    expect(broken).toMatchObject({ ok: false });
    expect(waiting).toMatchObject({ ok: true, value: 'well', coldStart: true });
  });

  it('end when they were idle for their time, and not before', async () => {
    const { invoke } = open(await fn(source), { limits: { idleMs: 200 } });
    await invoke('Fn', {});
    expect(await invoke('Fn', {})).toMatchObject({ coldStart: false });
    await delay(400);
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: true });
  });

  it('let nobody wait once they are closed', async () => {
    const { invoke, close } = open(await fn(source), { limits: { environments: 1, waitMs: 20_000 } });
    const both = Promise.all([invoke('Fn', { ms: 10_000 }), invoke('Fn', {})]);
    await delay(100);
    await close();
    const closed = { ok: false, error: { message: 'The environments are closed' } };
    expect(await both).toMatchObject([closed, closed]);
  });
});

describe('a reserved concurrency', () => {
  const source = `export const handler = ({ ms = 0 }) => new Promise((done) => setTimeout(done, ms, 'done'));`;
  const throttled = { ok: false, error: { type: 'TooManyRequestsException', message: 'Rate exceeded' } };

  it('is how many events run at a time: the next is throttled at once', async () => {
    const { invoke } = open(await fn(source, { reservedConcurrency: 2 }), { limits: { waitMs: 60_000 } });
    const running = [invoke('Fn', { ms: 500 }), invoke('Fn', { ms: 500 })];
    expect(await invoke('Fn', {})).toMatchObject(throttled);
    expect(await Promise.all(running)).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: false });
  });

  it('of 0 lets nothing run', async () => {
    const { invoke } = open(await fn(source, { reservedConcurrency: 0 }));
    expect(await invoke('Fn', {})).toMatchObject(throttled);
  });
});

describe('a function whose code is new', () => {
  const says = (word: string): string =>
    `export const handler = ({ wait }) => new Promise((done) => setTimeout(done, wait ? 300 : 0, '${word}'));`;

  it('has its next event in the new code, and what runs ends in the old', async () => {
    const one = await fn(says('old'));
    const { invoke, renew } = open(one);
    await Promise.all([invoke('Fn', {}), invoke('Fn', {})]);
    const running = invoke('Fn', { wait: true });
    await writeFile(one.file, says('new'));
    renew('Fn');
    expect(await invoke('Fn', {})).toMatchObject({ value: 'new', coldStart: true });
    expect(await running).toMatchObject({ value: 'old' });
    expect(await Promise.all([invoke('Fn', {}), invoke('Fn', {})])).toMatchObject([
      { value: 'new' },
      { value: 'new' },
    ]);
  });

  it('has a new environment for an event that waits for one', async () => {
    const one = await fn(says('old'));
    const { invoke, renew } = open(one, { limits: { environments: 1, waitMs: 60_000 } });
    await invoke('Fn', {});
    const both = [invoke('Fn', { wait: true }), invoke('Fn', {})];
    await writeFile(one.file, says('new'));
    renew('Fn');
    expect(await Promise.all(both)).toMatchObject([{ value: 'old' }, { value: 'new', coldStart: true }]);
  });
});

describe('a function that is warmed', () => {
  const source = `let count = 0; console.log('init'); export const handler = () => (count += 1);`;

  it('runs INIT at once and no event, and the first event finds that done', async () => {
    const { warm, invoke, lines } = open(await fn(source));
    warm('Fn');
    await vi.waitFor(() => {
      expect(lines).toHaveLength(1);
    });
    expect(await invoke('Fn', {})).toMatchObject({ value: 1, coldStart: false });
    expect(lines).toHaveLength(1);
  });

  it('has one environment, however often it is warmed', async () => {
    const { warm, invoke, lines } = open(await fn(source));
    warm('Fn');
    warm('Fn');
    expect(await invoke('Fn', {})).toMatchObject({ value: 1 });
    warm('Fn');
    expect(await invoke('Fn', {})).toMatchObject({ value: 2 });
    expect(lines).toHaveLength(1);
  });

  it('has none where it may have none, or when all are closed', async () => {
    const { warm, invoke } = open(await fn(source, { reservedConcurrency: 0 }));
    warm('Fn');
    expect(await invoke('Fn', {})).toMatchObject({ ok: false });
    const { warm: late, close, lines } = open(await fn(source));
    await close();
    late('Fn');
    await close();
    expect(lines).toEqual([]);
  });
});

describe('the extra variables', () => {
  it('are read when an environment starts, so one may be set after the pools are made', async () => {
    const extra: Record<string, string> = {};
    const { invoke } = open(await fn('export const handler = () => process.env.LATE;'), {
      extraEnvironment: extra,
    });
    extra['LATE'] = 'set';
    expect(await invoke('Fn', {})).toMatchObject({ value: 'set' });
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
