import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { LambdaFunction } from '../template/model.ts';
import { logStreamName, variables } from './variables.ts';

/** How a function failed, as the runtime reports it: `errorType` and `errorMessage`. */
export interface FunctionError {
  readonly type: string;
  readonly message: string;
}

const Failure = z.object({ type: z.string(), message: z.string() });
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('value'), value: z.string() }),
  z.object({ kind: z.literal('error'), error: Failure }),
  z.object({ kind: z.literal('init-error'), error: Failure }),
]);
const FromWorker = z.discriminatedUnion('kind', [
  ...Answer.options,
  z.object({ kind: z.literal('output'), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
]);

/** What the runtime says of INIT or of an event. */
export type Answer = z.infer<typeof Answer>;

/** What runs the code of one environment: a worker thread here. */
export interface Runtime {
  /** The runtime's next answer; asked for before it can come. */
  readonly next: () => Promise<Answer>;
  readonly post: (invocation: { requestId: string; event: string; deadline: number }) => void;
  /** Ends it; `ended` then gives `reason`. */
  readonly stop: (reason: FunctionError) => Promise<void>;
  readonly ended: Promise<FunctionError>;
  readonly alive: () => boolean;
}

export interface RuntimeOptions {
  readonly fn: LambdaFunction;
  /** Set over the function's own variables: the local endpoints. */
  readonly extra: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** Starts what runs a function's code; it begins with INIT at once and then answers `ready` or `init-error`. */
export type StartRuntime = (options: RuntimeOptions) => Runtime;

const WORKER = new URL('./worker.mjs', import.meta.url);

/** Runs the code in a worker thread, which goes on between events. */
export const startRuntime: StartRuntime = (options) => startInWorker(options);

/** The same, but the thread stands still between events, as Lambda's environments do: no timer fires, no socket is read. */
export const startFreezingRuntime: StartRuntime = (options) =>
  startInWorker(options, new Int32Array(new SharedArrayBuffer(4)));

/** @param gate what the worker waits at between events, once it has closed it */
function startInWorker({ fn, extra, onLine }: RuntimeOptions, gate?: Int32Array): Runtime {
  const worker = startWorker(fn, extra, gate);
  let alive = true;
  let reason: FunctionError | undefined;
  let waiting: ((answer: Answer) => void) | undefined;
  const lines = { stdout: makeLines(onLine), stderr: makeLines(onLine) };
  // Only what the worker could not hand over itself comes this way, such as the report of a fatal error.
  worker.stdout.setEncoding('utf8').on('data', lines.stdout.add);
  worker.stderr.setEncoding('utf8').on('data', lines.stderr.add);
  // Nobody caught it: Node.js says so and ends the process.
  worker.on('error', (error) => {
    lines.stderr.add(`${inspect(error)}\n`);
  });
  worker.on('message', (data) => {
    const message = FromWorker.safeParse(data).data;
    // A library that finds itself in a worker may post messages of its own: they concern nobody here.
    if (message?.kind === 'output') lines[message.stream].add(message.text);
    else if (message !== undefined) waiting?.(message);
  });
  const ended = new Promise<FunctionError>((resolve) => {
    worker.once('exit', (code) => {
      alive = false;
      lines.stdout.end();
      lines.stderr.end();
      resolve(reason ?? exitError(code));
    });
  });
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
    post: (invocation) => {
      worker.postMessage(invocation);
      if (gate) open(gate);
    },
    stop: async (why) => {
      alive = false;
      reason ??= why;
      await worker.terminate();
    },
    ended,
    alive: () => alive,
  };
}

function open(gate: Int32Array): void {
  Atomics.store(gate, 0, 0);
  Atomics.notify(gate, 0);
}

/** In Lambda's words: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
export function exitError(code: number): FunctionError {
  const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
  return { type: 'Runtime.ExitError', message: `Runtime exited ${how}` };
}

function startWorker(fn: LambdaFunction, extra: Readonly<Record<string, string>>, gate?: Int32Array): Worker {
  const logStream = logStreamName();
  const { file, exportName, functionName, arn, memoryMb, logGroup, logFormat, logLevel = 'INFO' } = fn;
  const about = { file, exportName, functionName, arn, memoryMb, logGroup, logStream, logFormat, logLevel };
  return new Worker(WORKER, {
    name: functionName,
    // No loader of the parent, and nothing of its environment: a bundle runs as it is.
    execArgv: [],
    env: variables(fn, extra, logStream),
    workerData: { ...about, gate },
    stdout: true,
    stderr: true,
  });
}

export interface Lines {
  readonly add: (text: string) => void;
  /** Gives what has no line end, too. */
  readonly end: () => void;
}

/** Gives whole lines to `onLine`; what has no line end yet waits for it. */
export function makeLines(onLine: (line: string) => void): Lines {
  let rest = '';
  return {
    add: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    },
    end: () => {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
