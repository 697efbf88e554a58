import { describe, expect, it, vi } from 'vitest';
import { anything, like } from '../fixture.ts';
import { fn, open } from './fixture.ts';

const FAR = `throw new RangeError('far');`;

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

  it('is none where a library posts messages of its own', async () => {
    const source = `import { parentPort } from 'node:worker_threads';
      export const handler = () => { parentPort?.postMessage({ hi: 1 }); return 'well'; };`;
    const { invoke } = open(await fn(source));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 'well' });
  });

  it('to start an environment fails the invocation', async () => {
    const startRuntime = (): never => {
      throw new Error('no thread left');
    };
    const { invoke } = open(await fn(''), { startRuntime });
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { message: like(/no thread left/) } });
  });

  it('leaves its last words in the log, with or without an end of line', async () => {
    const source = `export const handler = () => { process.stderr.write('fatal: reason'); process.exit(1); };`;
    const { invoke, lines } = open(await fn(source));
    await invoke('Fn', {});
    expect(lines).toContain('fatal: reason');
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
    const { invoke } = open(await fn(source, { timeoutSeconds: 2 }));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1 });
    expect(await invoke('Fn', {})).toMatchObject({
      ok: false,
      error: { message: 'Task timed out after 2 seconds' },
    });
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1, coldStart: true });
  });

  it('to answer in time ends a handler that never yields', async () => {
    const { invoke } = open(await fn('export const handler = () => { for (;;); };', { timeoutSeconds: 0.2 }));
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { type: 'Sandbox.Timedout' } });
  });

  const exited = (how: string): object => ({
    ok: false,
    error: { type: 'Runtime.ExitError', message: `Runtime exited ${how}` },
  });

  it.each([
    [3, 'with error: exit status 3'],
    [0, 'without providing a reason'],
  ])('by exit with %d fails the invocation and drops the environment', async (code, how) => {
    const { invoke } = open(await fn(`export const handler = () => process.exit(${code});`));
    expect(await invoke('Fn', {})).toMatchObject(exited(how));
    expect(await invoke('Fn', {})).toMatchObject({ ...exited(how), coldStart: true });
  });

  it('by exit in INIT is the same', async () => {
    const { invoke } = open(await fn('process.exit(4); export const handler = () => 1;'));
    expect(await invoke('Fn', {})).toMatchObject(exited('with error: exit status 4'));
    expect(await invoke('Fn', {})).toMatchObject({ coldStart: true });
  });

  it.each([
    ['an unhandled rejection', `Promise.reject(new Error('lost'))`],
    ['an exception that nobody catches', `setImmediate(() => { throw new Error('lost'); })`],
  ])('by %s ends the environment, and the log says of what', async (_, source) => {
    const { invoke, lines } = open(
      await fn(`export const handler = () => { ${source}; return new Promise(() => {}); };`),
    );
    expect(await invoke('Fn', {})).toMatchObject(exited('with error: exit status 1'));
    expect(lines).toContain('Error: lost');
  });

  it('between events costs the environment only', async () => {
    const source = `let n = 0; export const handler = () => { setImmediate(() => setImmediate(() => { throw new Error('late'); })); return ++n; };`;
    const { invoke, lines } = open(await fn(source));
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1 });
    await vi.waitUntil(() => lines.includes('Error: late'));
    await vi.waitUntil(async () => {
      const next = await invoke('Fn', {});
      return next.ok && next.coldStart;
    });
  });

  // As `formatError` of aws-lambda-ric 4.0.2 says what was thrown.
  it.each([
    [`'text'`, { type: 'string', message: 'text' }],
    ['undefined', { type: 'undefined', message: 'undefined' }],
    ['{ code: 7 }', { type: 'object', message: '[object Object]' }],
  ])('of a handler that throws %s names its type', async (thrown, error) => {
    const { invoke } = open(await fn(`export const handler = async () => { throw ${thrown}; };`));
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error });
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error, coldStart: false });
  });

  it.each(['1n', '(() => { const a = {}; a.a = a; return a; })()'])(
    'of a handler that returns %s, which JSON cannot say',
    async (value) => {
      const { invoke } = open(await fn(`export const handler = () => ${value};`));
      const error = { type: 'Runtime.JSONStringifyError', message: 'Unable to stringify response body' };
      expect(await invoke('Fn', {})).toMatchObject({ ok: false, error });
    },
  );

  it.each([
    ['handler', `export const handler = () => { ${FAR} };`, 'Invoke Error', like(/^[0-9a-f-]{36}$/)],
    ['INIT', `export const handler = 1; ${FAR}`, 'Init Error', ''],
  ])('of the %s is logged with its stack, as text and as JSON', async (_, code, title, requestId) => {
    const [text, json] = [open(await fn(code)), open(await fn(code, { logFormat: 'JSON' }))];
    await Promise.all([text.invoke('Fn', {}), json.invoke('Fn', {})]);

    const [, id, level, said, fields = ''] = text.lines.join('').split('\t');
    expect([id, level, said]).toEqual([requestId, 'ERROR', `${title} `]);
    const error = { errorType: 'RangeError', errorMessage: 'far' };
    expect(JSON.parse(fields)).toEqual({ ...error, stack: anything(Array) });
    const record: unknown = JSON.parse(json.lines.join(''));
    expect(record).toMatchObject({
      requestId,
      level: 'ERROR',
      message: { ...error, stackTrace: anything(Array) },
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
