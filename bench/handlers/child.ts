import { fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod';

/** A child process that is asked one thing at a time, over its channel. */
export interface Child<Answer> {
  pid: number;
  /** @throws Error when it ends before it answers; ZodError when its answer is no such thing */
  ask: (message: object) => Promise<Answer>;
  /** What it says by itself, the next time. */
  next: () => Promise<Answer>;
  /** The last lines that it wrote to standard output and standard error, each of them whole. */
  said: () => string;
  /** Ends it, and waits for its end. */
  close: () => Promise<void>;
}

export interface ChildOptions<Answer> extends Pick<ForkOptions, 'execPath' | 'execArgv' | 'env'> {
  answers: z.ZodType<Answer>;
  /** Ends it too. */
  signal: AbortSignal;
}

/** What comes with an event of a message. */
const heard = z.tuple([z.unknown()]).rest(z.unknown());

/** So many of its last lines are kept, for whoever looks for a fault: more than any run has that is looked through. */
const KEPT_LINES = 5_000;

/** How long a child may take to end in order before it is killed. */
const ENDS_MS = 5_000;

/** Starts a child with a channel; what it says on standard error is kept for the case that it fails. */
export function startChild<Answer>(
  file: string,
  { answers, signal, ...options }: ChildOptions<Answer>,
): Child<Answer> {
  const child = fork(file, { ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const lines: string[] = [];
  const said = (): string => lines.join('\n');
  for (const input of [child.stdout, child.stderr])
    if (input)
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
      });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  async function close(): Promise<void> {
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_MS);
    await ended;
    clearTimeout(timer);
  }
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort);
  child.once('exit', () => {
    signal.removeEventListener('abort', onAbort);
  });

  async function next(): Promise<Answer> {
    const over = new AbortController();
    try {
      const answer = once(child, 'message', { signal: over.signal });
      answer.catch(() => undefined);
      const gone = ended.then(() => {
        signal.throwIfAborted();
        throw new Error(`a child process of the benchmark ended: ${said()}`);
      });
      const [message] = heard.parse(await Promise.race([answer, gone]));
      return answers.parse(message);
    } finally {
      over.abort();
    }
  }

  return {
    pid: child.pid ?? 0,
    next,
    said,
    ask(message) {
      const answer = next();
      if (child.connected) child.send(message);
      return answer;
    },
    close,
  };
}
