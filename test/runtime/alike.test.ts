import { describe, expect, it } from 'vitest';
import { fn, open } from '../../local/lambda/fixture.ts';
import type { LambdaFunction } from '../../local/template/model.ts';
import { runtimeFiles } from './install.ts';
import { makeStartRic } from './ric.ts';

const ric = makeStartRic(runtimeFiles());

type More = Partial<LambdaFunction> & { extension?: string };

interface Seen {
  readonly outcome: unknown;
  readonly lines: readonly string[];
}

/** What an event gives under the local worker and under Lambda's runtime, without what is never the same twice. */
async function runBoth(source: string, more: More): Promise<{ worker: Seen; lambda: Seen }> {
  const one = await fn(source, { runtime: 'nodejs24.x', ...more });
  const [worker, lambda] = await Promise.all([see(one, {}), see(one, { startRuntime: ric })]);
  return { worker, lambda };
}

async function see(one: LambdaFunction, how: Parameters<typeof open>[1]): Promise<Seen> {
  const { invoke, close, lines } = open(one, how);
  const { ms, ...outcome } = await invoke('Fn', { a: 1 });
  expect(ms).toBeGreaterThan(0);
  // Every line has come once the environment is closed.
  await close();
  return { outcome, lines: lines.map(withoutTimes) };
}

/** Without times, ids and the frames of a stack, which tell whose code called the handler. */
function withoutTimes(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/,"\s+at [^"]*"/g, '')
    .replace(/(\\n\s+at [^"\\]*)+/g, ' STACK')
    .replace(/\(node:\d+\)/g, '(node:PID)');
}

const handler = (body: string): string => `export const handler = ${body};`;
const json: More = { logFormat: 'JSON', logLevel: 'TRACE' };
const log = (body: string): string => handler(`async () => { ${body} }`);

/** Name, source, and what is said of the function beyond that. */
type Case = readonly [string, string, More?];

describe("the local worker gives what Lambda's runtime gives", () => {
  const cases: Case[] = [
    ['an answer', handler('async (event) => ({ event, at: new Date(0), gone: undefined, n: NaN })')],
    ['no answer', handler('async () => {}')],
    ['an answer at once', handler('() => 5')],
    ['an answer that is no JSON', handler('async () => 1n')],
    ['an answer in a ring', handler('async () => { const a = {}; a.a = a; return a; }')],
    ['an error', handler(`async () => { throw new RangeError('far'); }`)],
    ['an error at once', handler(`() => { throw new RangeError('far'); }`)],
    [
      'an error of a class of its own',
      `class Mine extends Error {} ${handler(`() => { throw new Mine('m'); }`)}`,
    ],
    ['an error with a name', handler(`() => { throw Object.assign(new Error('m'), { name: 'My.Name' }); }`)],
    ['a thrown text', handler(`async () => { throw 'text'; }`)],
    ['a thrown undefined', handler('async () => { throw undefined; }')],
    ['a thrown null', handler('async () => { throw null; }')],
    ['a thrown object', handler('async () => { throw { a: 1 }; }')],
    [
      'an unhandled rejection',
      handler(`() => { Promise.reject(new Error('lost')); return new Promise(() => {}); }`),
    ],
    [
      'an unhandled rejection beside an answer',
      handler(`async () => { Promise.reject(new Error('lost')); return 1; }`),
    ],
    [
      'an uncaught error',
      handler(`() => { setTimeout(() => { throw 'text'; }); return new Promise(() => {}); }`),
    ],
    ['an exit', handler('() => process.exit(3)')],
    ['an exit with 0', handler('() => process.exit(0)')],
    [
      'no end in time',
      handler('() => new Promise(() => setInterval(() => {}, 1000))'),
      { timeoutSeconds: 1 },
    ],
    ['no end at all', handler('() => { for (;;); }'), { timeoutSeconds: 1 }],
    ['an error in INIT', `throw new TypeError('no table');`],
    ['a text thrown in INIT', `throw 'text';`],
    ['an exit in INIT', 'process.exit(5);'],
    [
      'an unhandled rejection in INIT',
      `Promise.reject(new Error('x')); await new Promise((r) => setTimeout(r, 50));`,
    ],
    ['no handler', 'export const other = 1;'],
    ['a handler that is no function', 'export const handler = 1;'],
    ['a CommonJS bundle', 'exports.handler = async () => __filename.length > 0;', { extension: 'js' }],
  ];
  for (const [name, source, more = {}] of cases)
    it(`for ${name}`, async () => {
      const { worker, lambda } = await runBoth(source, more);
      expect(worker.outcome).toEqual(lambda.outcome);
    });
});

describe("the local worker logs what Lambda's runtime logs", () => {
  const cases: Case[] = [
    [
      'levels',
      log(`for (const m of ['trace', 'debug', 'log', 'info', 'warn', 'error']) console[m](m);`),
      json,
    ],
    ['from a level up', log(`console.info('i'); console.warn('w');`), { ...json, logLevel: 'WARN' }],
    ['text of every level', log(`console.debug('one\\ntwo %s', 3, { a: 1 });`)],
    [
      'values',
      log(`console.log({ a: [1, { b: 2 }], c: undefined }); console.log(null); console.log('');`),
      json,
    ],
    ['what is no JSON', log(`const a = {}; a.a = a; console.log(a); console.log(1n);`), json],
    ['formats', log(`console.log('a %s %d %j', 'b', 2, { c: 1 }, 'd');`), json],
    ['an error', log(`console.error(Object.assign(new RangeError('m'), { code: 'C' }));`), json],
    ['an error in an object', log(`console.error({ e: new RangeError('m') });`), json],
    ['an error after a text', log(`console.error('bad', new RangeError('m'), new Error('n'));`), json],
    ['an error before a text', log(`console.error(new RangeError('m'), 'after');`), json],
    [
      'a failed event',
      handler(`async () => { throw Object.assign(new RangeError('m'), { code: 'C' }); }`),
      json,
    ],
    ['a failed event, as text', handler(`async () => { throw new RangeError('m'); }`)],
    ['a failed event that threw a text', handler(`async () => { throw 'text'; }`), json],
    ['what is written past console', log(`process.stdout.write('{"_aws":1}\\n');`), json],
    ['a warning', log(`process.emitWarning('careful'); await new Promise((r) => setTimeout(r, 20));`), json],
  ];
  for (const [name, source, more = {}] of cases)
    it(name, async () => {
      const { worker, lambda } = await runBoth(source, more);
      expect(worker.lines).toEqual(lambda.lines);
      expect(lambda.lines).not.toEqual([]);
    });
});

/** Matchers without their `any`. */
const containing = (text: string): unknown => expect.stringContaining(text);
const including = (...lines: string[]): unknown => expect.arrayContaining(lines);
const without = (...lines: string[]): unknown => expect.not.arrayContaining(lines);

/** Name, source, what the local worker's outcome and log have, and what those of Lambda's runtime have. */
type Difference = readonly [string, string, object, object, More?];

const value = (one: unknown): object => ({ outcome: { ok: true, value: one } });
const error = (type: string, message = ''): object => ({
  outcome: { ok: false, error: { type, message: containing(message) } },
});
const line = (fields: object): string => JSON.stringify({ timestamp: 'TIME', ...fields });

describe("the local worker differs from Lambda's runtime", () => {
  const differences: Difference[] = [
    [
      'in a handler of the default export, which it does not look for',
      'export default { handler: () => 1 };',
      error('Runtime.HandlerNotFound'),
      value(1),
    ],
    [
      'in a handler that takes a callback, which Node.js 24 refuses',
      handler('async (event, context, callback) => typeof callback'),
      value('undefined'),
      error('Runtime.CallbackHandlerDeprecated'),
    ],
    [
      'in the name of a syntax error',
      'export const handler = ;',
      error('SyntaxError', `Unexpected token ';'`),
      error('Runtime.UserCodeSyntaxError', `SyntaxError: Unexpected token ';'`),
    ],
    [
      'in the name of a missing module, where the bundle is CommonJS',
      `require('nowhere');`,
      error('Error', `Cannot find module 'nowhere'`),
      error('Runtime.ImportModuleError', `Error: Cannot find module 'nowhere'`),
      { extension: 'js' },
    ],
    [
      'in a handler that waits for what can no longer come, which ends a process and no worker',
      handler('() => new Promise(() => {})'),
      error('Sandbox.Timedout'),
      error('Runtime.ExitError', 'Runtime exited without providing a reason'),
      { timeoutSeconds: 1 },
    ],
    [
      'in a top-level await that waits so',
      'await new Promise(() => {});',
      error('Runtime.ExitError', 'exit status 13'),
      error('Runtime.ExitError', 'Runtime exited without providing a reason'),
    ],
    [
      'in an answer that is a function',
      handler('() => () => 1'),
      value(null),
      error('TypeError', 'Wrong arguments'),
    ],
    [
      'in the request id of lines before the first event',
      `console.log('INIT'); ${handler('() => {}')}`,
      { lines: [line({ level: 'INFO', requestId: '', message: 'INIT' })] },
      { lines: [line({ level: 'INFO', requestId: '-', message: 'INIT' })] },
      json,
    ],
    [
      'in a line of nothing',
      log('console.log();'),
      { lines: [line({ level: 'INFO', requestId: 'ID', message: '' })] },
      { lines: [line({ level: 'INFO', requestId: 'ID' })] },
      json,
    ],
    ['in console.fatal', handler('() => typeof console.fatal'), value('undefined'), value('function')],
    [
      'in what it reports of an error that nobody caught',
      handler(`() => { Promise.reject(new Error('lost')); return new Promise(() => {}); }`),
      { lines: without('Node.js v24.21.0') },
      { lines: including('Error: lost', 'Node.js v24.21.0') },
    ],
    [
      'in the fields of the context',
      handler('(event, context) => Object.keys(context).sort().join()'),
      value(
        'awsRequestId,callbackWaitsForEmptyEventLoop,functionName,functionVersion,getRemainingTimeInMillis,' +
          'invokedFunctionArn,logGroupName,logStreamName,memoryLimitInMB',
      ),
      value(
        'awsRequestId,clientContext,functionName,functionVersion,getRemainingTimeInMillis,identity,' +
          'invokedFunctionArn,logGroupName,logStreamName,memoryLimitInMB,tenantId,xRayTraceId',
      ),
    ],
    [
      'in the variables that the system sets',
      handler(
        `() => ['_HANDLER', 'AWS_LAMBDA_RUNTIME_API', '_X_AMZN_TRACE_ID', 'PATH', 'LANG'].filter((n) => n in process.env)`,
      ),
      value([]),
      value(['_HANDLER', 'AWS_LAMBDA_RUNTIME_API', '_X_AMZN_TRACE_ID', 'PATH', 'LANG']),
    ],
    [
      'in being a thread, which cannot change its folder',
      handler(`() => process.cwd() === process.env.LAMBDA_TASK_ROOT && process.chdir('/')`),
      value(false),
      value(null),
    ],
    [
      'in the global of response streaming',
      handler('() => typeof awslambda'),
      value('undefined'),
      value('object'),
    ],
  ];
  for (const [name, source, local, real, more = {}] of differences)
    it(name, async () => {
      const { worker, lambda } = await runBoth(source, more);
      expect(worker).toMatchObject(local);
      expect(lambda).toMatchObject(real);
    });
});
