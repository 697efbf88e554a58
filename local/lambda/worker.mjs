// @ts-check
// One Lambda execution environment: plain JavaScript, so that any Node.js starts it without a loader.
import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { patchConsole } from './worker-console.mjs';

/** @typedef {{ file: string, exportName: string, functionName: string, arn: string, memoryMb: number, logGroup: string, logStream: string, logFormat: string, logLevel: string }} Start */
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

/** @param {unknown} error */
function described(error) {
  if (error instanceof Error) return { type: error.name, message: error.message };
  return { type: typeof error, message: String(error) };
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
    const value = await handler(JSON.parse(invocation.event), contextOf(invocation));
    return { kind: 'value', requestId, value: JSON.stringify(value) ?? 'null' };
  } catch (error) {
    return { kind: 'error', requestId, error: described(error) };
  }
}

try {
  const handler = (await load(start.file))[start.exportName];
  if (typeof handler !== 'function') {
    const message = `${start.exportName} is undefined or not exported`;
    throw Object.assign(new Error(message), { name: 'Runtime.HandlerNotFound' });
  }
  port.on('message', async (/** @type {Invocation} */ invocation) => {
    port.postMessage(await run(handler, invocation));
  });
  port.postMessage({ kind: 'ready' });
} catch (error) {
  port.postMessage({ kind: 'init-error', error: described(error) });
}
