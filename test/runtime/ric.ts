import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type {
  Answer,
  FunctionError,
  Runtime,
  RuntimeOptions,
  StartRuntime,
} from '../../local/lambda/runtime.ts';
import { exitError, makeLines } from '../../local/lambda/runtime.ts';
import { logStreamName, variables } from '../../local/lambda/variables.ts';
import type { RuntimeApi } from './runtime-api.ts';
import { startRuntimeApi } from './runtime-api.ts';

/** Lambda's own runtime on this machine. */
export interface RuntimeFiles {
  /** Node.js 24. */
  readonly node: string;
  /** The runtime interface client's main module. */
  readonly client: string;
}

/** What Lambda sets beside: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const SYSTEM = { PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin', LANG: 'en_US.UTF-8' } as const;

/**
 * Makes what runs a function's code as Lambda does: a process of Node.js 24 with the official runtime interface
 * client, and a Runtime API of its own.
 */
export function makeStartRic(files: RuntimeFiles): StartRuntime {
  return (options) => startRic(files, options);
}

function startRic(files: RuntimeFiles, options: RuntimeOptions): Runtime {
  let alive = true;
  let reason: FunctionError | undefined;
  let child: ChildProcess | undefined;
  let waiting: ((answer: Answer) => void) | undefined;
  const api = startRuntimeApi({ arn: options.fn.arn, onAnswer: (answer) => waiting?.(answer) });

  async function live(): Promise<FunctionError> {
    const { host, close } = await api;
    try {
      if (!alive) return ENDED_EARLY;
      child = startProcess(files, options, host);
      return await endOf(child);
    } finally {
      alive = false;
      await close();
    }
  }

  const ended = live().then((exit) => reason ?? exit);
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
    post: (invocation) => {
      void api.then((started: RuntimeApi) => {
        started.post(invocation);
      });
    },
    stop: async (why) => {
      alive = false;
      reason ??= why;
      // Without extensions Lambda kills too: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
      child?.kill('SIGKILL');
      await ended;
    },
    ended,
    alive: () => alive,
  };
}

const ENDED_EARLY: FunctionError = { type: 'ServiceException', message: 'It was ended before it began' };

/** How a process ended. `close` and not `exit`: every line of its output has come by then. */
function endOf(child: ChildProcess): Promise<FunctionError> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve(signal === null ? exitError(code ?? 0) : signalError(signal));
    });
  });
}

/** In the words of docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
function signalError(signal: NodeJS.Signals): FunctionError {
  const how = signal === 'SIGKILL' ? 'killed' : signal;
  return { type: 'Runtime.ExitError', message: `Runtime exited with error: signal: ${how}` };
}

function startProcess({ node, client }: RuntimeFiles, options: RuntimeOptions, host: string): ChildProcess {
  const { fn, extra, onLine } = options;
  const taskRoot = dirname(fn.file);
  shield(taskRoot);
  const child = spawn(node, [client], {
    cwd: taskRoot,
    env: {
      ...SYSTEM,
      ...variables(fn, extra, logStreamName()),
      AWS_LAMBDA_RUNTIME_API: host,
      _HANDLER: `${basename(fn.file, extname(fn.file))}.${fn.exportName}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A process that cannot start tells it by `error`, and `close` follows.
  child.on('error', (error) => {
    onLine(error.message);
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', makeLines(onLine).add);
  return child;
}

/** Nothing stands above a bundle on Lambda: here a package.json may, and would make it an ES module. */
function shield(taskRoot: string): void {
  try {
    writeFileSync(join(taskRoot, 'package.json'), '{}', { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
