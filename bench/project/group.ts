import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import * as z from 'zod';

/** A command in a process group of its own, which ends with all that it started. */
export interface Group {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Its exit status, null where a signal ended it, once nobody of the group can write any more. Rejects where it cannot be started. */
  readonly closed: Promise<number | null>;
  /** Ends it in order, or by force where that takes too long; resolves once it is gone. */
  readonly end: () => Promise<void>;
}

export interface GroupOptions {
  cwd: string;
  /** Over this process's own. */
  env?: Readonly<Record<string, string>> | undefined;
}

const ENDS_WITHIN_MS = 15_000;

const exit = z.tuple([z.number().nullable()]).rest(z.unknown());

/** Starts a command, whose output has to be read. */
export function startGroup(file: string, args: readonly string[], { cwd, env }: GroupOptions): Group {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is for this process, which ends the others in their turn.
    detached: true,
  });
  let isOver = false;
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || isOver) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // All of it is gone, and about to be seen to be.
    }
  };
  const kill = (): void => {
    send('SIGKILL');
  };
  // Whatever ends this process ends the others, too.
  process.once('exit', kill);
  const closed = once(child, 'close')
    .finally(() => {
      isOver = true;
      process.off('exit', kill);
    })
    .then((args) => exit.parse(args)[0]);
  closed.catch(() => undefined);
  return {
    child,
    closed,
    async end() {
      send('SIGTERM');
      const timer = setTimeout(kill, ENDS_WITHIN_MS);
      await closed.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
