import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { ROOT } from '../../infra/bundle.ts';
import { between, readCpu } from './cpu.ts';
import type { OfflineMode } from './modes.ts';
import { type Account, type Order, type Report, report, type TypingOptions, upStack } from './wire.ts';

/** What is compared: the local run, and serverless-offline in each of its ways to run a function. */
export type SideName = 'local run' | OfflineMode;

/** A stack with guests on it. */
export interface Side {
  /** Lets its guests type. @throws Error when that cannot be done at all */
  readonly type: (typing: TypingOptions) => Promise<Account>;
  /** Seconds until all guests had their connections. */
  readonly openedIn: number;
  readonly close: () => Promise<void>;
}

export interface SideOptions {
  readonly name: SideName;
  /** The Node.js that all its processes run. */
  readonly node: string;
  readonly connections: number;
  /** Of each function at most, on the local run: serverless-offline has as many as there are events at once. */
  readonly environments?: number | undefined;
  /** Ends it, also in the middle of what it does. */
  readonly signal: AbortSignal;
}

const PORTS = ['gateway', 'http', 'page', 'genesys'].flatMap((name) => [`--${name}-port`, '0']);
const LOCAL_RUN = ['local/start.ts', '--json', '--quiet', ...PORTS];

function scriptOf({ name, environments }: SideOptions): readonly string[] {
  if (name !== 'local run') return ['bench/throughput/theirs.ts', name];
  return environments === undefined ? LOCAL_RUN : [...LOCAL_RUN, '--environments', String(environments)];
}

/**
 * Starts a stack and its guests, each in a process of its own. Between stretches of typing the stack stands still, so
 * that what it still has to do (the delay queue's messages of ten seconds later) is done in its own time.
 * @throws Error with what it said when the stack does not come up, or not every guest gets a connection
 */
export async function startSide(options: SideOptions): Promise<Side> {
  const { name, node, connections, signal } = options;
  const stack = startStack(options);
  const driver = fork(fileURLToPath(new URL('driver.ts', import.meta.url)), {
    execPath: node,
    execArgv: ['--import', 'tsx'],
    cwd: ROOT,
  });
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    driver.kill('SIGKILL');
    await stack.end();
  };
  const onAbort = (): void => void close();
  const used = () => readCpu(stack.pid, driver.pid ?? 0);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { gateway, genesys, ticketKeyFile } = upStack.parse(await stack.up);
    const keys = ticketKeys.parse(JSON.parse(await readFile(ticketKeyFile, 'utf8')));
    const opened = await ask(driver, { do: 'open', crowd: { gateway, genesys, keys, connections } });
    if (opened.done !== 'open' || opened.open < connections)
      throw new Error(`${name}: not every guest got a connection: ${JSON.stringify(opened)}`);
    stack.pause();
    return {
      openedIn: opened.seconds,
      close,
      type: async (typing) => {
        const before = await used();
        stack.resume();
        try {
          const answer = await ask(driver, { do: 'type', typing });
          if (answer.done !== 'type') throw new Error(`${name}: ${JSON.stringify(answer)}`);
          return { ...answer.account, cpu: between(before, await used()) };
        } finally {
          stack.pause();
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ask(driver: ChildProcess, what: Order): Promise<Report> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(driver, 'exit', { signal }).then(() => {
    throw new Error('the clients ended');
  });
  try {
    const answered = once(driver, 'message', { signal });
    driver.send(what);
    const answers: unknown[] = await Promise.race([answered, ended]);
    return report.parse(answers[0]);
  } finally {
    ended.catch(() => undefined);
    over.abort();
  }
}

interface Stack {
  /** Of the process that was started, and of the group of all that it starts; 0 where it could not be. */
  readonly pid: number;
  /** What it says on its first line. */
  readonly up: Promise<unknown>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly end: () => Promise<void>;
}

const KILLED_AFTER_MS = 10_000;

function startStack(options: SideOptions): Stack {
  const { name, node } = options;
  // A group of its own: it is paused and resumed with all that it starts.
  const child = spawn(node, ['--import', 'tsx', ...scriptOf(options)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signal = (what: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, what);
  };
  const killed = (): void => {
    signal('SIGKILL');
  };
  // Whatever ends this process ends the other one, too.
  process.once('exit', killed);
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => said.push(line));
  const exited = once(child, 'close').finally(() => process.off('exit', killed));
  const end = async (): Promise<void> => {
    signal('SIGCONT');
    child.kill('SIGTERM');
    const timer = setTimeout(killed, KILLED_AFTER_MS);
    await exited;
    clearTimeout(timer);
  };
  let ended: Promise<void> | undefined;
  const up = Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]): unknown => JSON.parse(String(line))),
    exited.then(() => {
      throw new Error(`The stack did not come up (${name}).\n${said.join('\n')}`);
    }),
  ]);
  return {
    pid: child.pid ?? 0,
    up,
    pause: () => {
      signal('SIGSTOP');
    },
    resume: () => {
      signal('SIGCONT');
    },
    // A second signal would have it end at once, and leave what it made.
    end: () => (ended ??= end()),
  };
}
