// @ts-check
// Stands for one environment of a Lambda function: loads a bundle, then hands events to its handler, one at a time.
// Plain JavaScript, so that no loader is measured with it.
import * as modules from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { patchConsole } from '../../local/lambda/worker-console.mjs';

/** The clock that the handler reads: it goes ahead of the machine's, as if time had passed between two messages. */
const clock = { now: Date.now, aheadMs: 0, at: 0 };
Date.now = () => clock.now() + clock.aheadMs;

/** @typedef {{ cpuMs: number, wallMs: number }} Took */

/**
 * Milliseconds of all of this process' threads, and of the clock, that some work takes.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<Took & { value: T }>}
 */
async function timed(work) {
  const began = performance.now();
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - began, value };
}

const { env } = process;
patchConsole(
  env['AWS_LAMBDA_LOG_FORMAT'] ?? '',
  env['AWS_LAMBDA_LOG_LEVEL'] ?? '',
  () => context.awsRequestId,
);

/** What Lambda hands to a handler beside the event. */
const context = {
  awsRequestId: 'a1b2c3d4-e5f6-4789-8abc-def012345678',
  functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
  invokedFunctionArn: `arn:aws:lambda:${env['AWS_REGION']}:000000000000:function:${env['AWS_LAMBDA_FUNCTION_NAME']}`,
  memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
  logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
  getRemainingTimeInMillis: () => 10_000,
};

/** @type {(event: unknown, context: object) => Promise<unknown>} */
let handler = async () => undefined;

/** @param {{ file: string }} order */
async function load({ file }) {
  const { value, ...took } = await timed(() => import(pathToFileURL(file).href));
  handler = value.handler;
  return { is: 'loaded', ...took };
}

const SETTLES_MS = 5;

/** @type {string[]} */
const files = [];

/** From now on, files that are loaded are listed. */
async function watch() {
  modules.registerHooks({
    load(url, about, next) {
      if (url.startsWith('file:')) files.push(url);
      return next(url, about);
    },
  });
  return { is: 'files', files };
}

/** @typedef {{ requestContext: { requestTimeEpoch: number } }} Event */

/**
 * The clock goes on with the first event of each later time.
 * @param {Event} event
 * @param {number} stepMs
 */
function moveClock({ requestContext: { requestTimeEpoch: at } }, stepMs) {
  if (at > clock.at) clock.aheadMs += stepMs;
  clock.at = Math.max(clock.at, at);
}

/** @param {{ events: Event[], stepMs: number, pauseMs: number }} order */
async function run({ events, stepMs, pauseMs }) {
  /** @type {number[]} */
  const walls = [];
  /** @type {unknown[]} */
  const answers = [];
  const { cpuMs, wallMs } = await timed(async () => {
    for (const event of events) {
      if (pauseMs > 0) await delay(pauseMs * (0.5 + Math.random()));
      moveClock(event, stepMs);
      const began = performance.now();
      answers.push(await handler(event, context));
      walls.push(performance.now() - began);
    }
    // What goes on behind the last answer, such as a connection that becomes free again, is of these events too.
    await delay(SETTLES_MS);
  });
  return { is: 'ran', cpuMs, wallMs, walls, answers };
}

/** @type {Record<string, (order: any) => Promise<object>>} */
const ORDERS = { load, run, watch, files: async () => ({ is: 'files', files }) };

process.on('message', async (/** @type {{ order: string }} */ message) => {
  try {
    process.send?.(await ORDERS[message.order]?.(message));
  } catch (error) {
    process.send?.({
      is: 'failed',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
// A terminal's Ctrl-C comes here as well: the parent ends this process in order.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
// Sockets that the handler keeps would keep this process.
process.once('disconnect', () => process.exit());
