import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { LambdaFunction } from '../template/model.ts';
import { variables } from './variables.ts';

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
const Output = z.object({
  kind: z.literal('output'),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
});
const FromWorker = z.union([Answer, Output]);

/** What the runtime says of INIT or of an event. */
export type Answer = z.infer<typeof Answer>;

/** A worker thread as the sandbox of one environment. */
export interface Runtime {
  /** The runtime's next answer; asked for before it can come. */
  readonly next: () => Promise<Answer>;
  readonly post: (invocation: { requestId: string; event: string; deadline: number }) => void;
  /** Ends the worker; `ended` then gives `reason`. */
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

const WORKER = new URL('./worker.mjs', import.meta.url);

/** Starts the worker; it loads the bundle at once and then answers `ready` or `init-error`. */
export function startRuntime({ fn, extra, onLine }: RuntimeOptions): Runtime {
  const worker = startWorker(fn, extra);
  let alive = true;
  let reason: FunctionError | undefined;
  let waiting: ((answer: Answer) => void) | undefined;
  const lines = { stdout: makeLines(onLine), stderr: makeLines(onLine) };
  // Only what the worker could not hand over itself comes this way, such as the report of a fatal error.
  worker.stdout.setEncoding('utf8').on('data', lines.stdout);
  worker.stderr.setEncoding('utf8').on('data', lines.stderr);
  worker.on('error', (error) => {
    reason ??= { type: error.name, message: error.message };
  });
  worker.on('message', (data) => {
    const message = FromWorker.parse(data);
    if (message.kind === 'output') lines[message.stream](message.text);
    else waiting?.(message);
  });
  const ended = new Promise<FunctionError>((resolve) => {
    worker.once('exit', (code) => {
      alive = false;
      resolve(reason ?? { type: 'Runtime.ExitError', message: `Runtime exited with exit status ${code}` });
    });
  });
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
    post: (invocation) => {
      worker.postMessage(invocation);
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

function startWorker(fn: LambdaFunction, extra: Readonly<Record<string, string>>): Worker {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  const logStream = `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  const { file, exportName, functionName, arn, memoryMb, logGroup, logFormat, logLevel = 'INFO' } = fn;
  return new Worker(WORKER, {
    name: functionName,
    // No loader of the parent, and nothing of its environment: a bundle runs as it is.
    execArgv: [],
    env: variables(fn, extra, logStream),
    workerData: { file, exportName, functionName, arn, memoryMb, logGroup, logStream, logFormat, logLevel },
    stdout: true,
    stderr: true,
  });
}

/** Gives whole lines to `onLine`; what has no line end yet waits for it. */
function makeLines(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  };
}
