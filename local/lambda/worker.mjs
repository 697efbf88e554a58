// @ts-check
// One Lambda execution environment: plain JavaScript, so that any Node.js starts it without a loader.
import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { makeLogError, patchConsole } from './worker-console.mjs';

/** @typedef {{ file: string, exportName: string, functionName: string, arn: string, memoryMb: number, logGroup: string, logStream: string, logFormat: string, logLevel: string, gate?: Int32Array }} Start */
/** @typedef {{ requestId: string, event: string, deadline: number }} Invocation */

const port = parentPort;
if (port === null) throw new Error('worker.mjs runs as a worker only');
/** @type {Start} */
const start = workerData;
let requestId = '';

// Output goes the way of the answers, so that a line is there before the answer that follows it.
for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
  /** @type {(chunk: unknown, ...rest: unknown[]) => boolean} */
  const write = (chunk, ...rest) => {
    const text =
      typeof chunk === 'string' ? chunk : Buffer.from(/** @type {Uint8Array} */ (chunk)).toString('utf8');
    port.postMessage({ kind: 'output', stream, text });
    const done = rest.find((argument) => typeof argument === 'function');
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  };
  Object.assign(process[stream], { write });
}
patchConsole(start.logFormat, start.logLevel, () => requestId);
const logError = makeLogError(start.logFormat);

/**
 * What is said of what was thrown, as `formatError` of aws-lambda-ric 4.0.2 has it.
 * @param {unknown} error
 */
function described(error) {
  try {
    if (error instanceof Error) return { type: String(error.name), message: String(error.message) };
    return { type: typeof error, message: String(error) };
  } catch {
    const message =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { type: 'handled', message };
  }
}

/**
 * An error of the runtime itself, by its name there.
 * @param {string} name
 * @param {string} message
 */
function runtimeError(name, message) {
  return Object.assign(new Error(message), { name });
}

/** @param {unknown} value */
function serialised(value) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    throw runtimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

/** @param {string} file */
function isCommonJs(file) {
  if (!file.endsWith('.js')) return false;
  try {
    return JSON.parse(readFileSync(join(dirname(file), 'package.json'), 'utf8')).type !== 'module';
  } catch {
    return true;
  }
}

/** @param {string} file */
async function load(file) {
  if (!isCommonJs(file)) return import(pathToFileURL(file).href);
  // On Lambda no package.json stands above the bundle: here one may, and would make it an ES module.
  const module = /** @type {any} */ (new Module(file));
  module.filename = file;
  module.paths = /** @type {any} */ (Module)._nodeModulePaths(dirname(file));
  module._compile(readFileSync(file, 'utf8'), file);
  return module.exports;
}

/** @param {Invocation} invocation */
function contextOf({ requestId: awsRequestId, deadline }) {
  return {
    awsRequestId,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.arn,
    memoryLimitInMB: String(start.memoryMb),
    logGroupName: start.logGroup,
    logStreamName: start.logStream,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/**
 * @param {(event: unknown, context: unknown) => unknown} handler
 * @param {Invocation} invocation
 */
async function run(handler, invocation) {
  requestId = invocation.requestId;
  try {
    const value = serialised(await handler(JSON.parse(invocation.event), contextOf(invocation)));
    return { kind: 'value', value };
  } catch (error) {
    logError('Invoke Error', error);
    return { kind: 'error', error: described(error) };
  }
}

const CLOSED = 1;

/**
 * Says that an event may come. Where the environment freezes between events this thread then stands still until one
 * does, timers and sockets with it. The gate is closed first: the event may be there before this thread waits.
 * @param {object} answer
 */
function answerAndFreeze(answer) {
  if (start.gate) Atomics.store(start.gate, 0, CLOSED);
  port?.postMessage(answer);
  if (start.gate) Atomics.wait(start.gate, 0, CLOSED);
}

async function initialised() {
  const handler = (await load(start.file))[start.exportName];
  const name = `${basename(start.file, extname(start.file))}.${start.exportName}`;
  if (!handler) throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw runtimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  return handler;
}

try {
  const handler = await initialised();
  port.on('message', async (/** @type {Invocation} */ invocation) => {
    const answer = await run(handler, invocation);
    // The runtime lets the event loop go round once before it answers.
    await turn();
    answerAndFreeze(answer);
  });
  answerAndFreeze({ kind: 'ready' });
} catch (error) {
  logError('Init Error', error);
  port.postMessage({ kind: 'init-error', error: described(error) });
}
