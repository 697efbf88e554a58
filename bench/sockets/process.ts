import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Answer, answer, type Order } from './messages.ts';

/** The process that is measured. */
export interface Measured {
  /** @throws Error when it ends before it answers */
  ask: (order: Order) => Promise<Answer>;
  /** Stops it where it stands, as Lambda does after an event. Resolves once it stands. */
  freeze: () => Promise<void>;
  /** Lets it go on. */
  thaw: () => void;
  close: () => Promise<void>;
}

export interface MeasuredOptions {
  node: string;
  file: string;
  /** A certificate to trust. */
  ca: string;
  signal: AbortSignal;
}

/** Starts a bundle in a process of its own. */
export function startMeasured({ node, file, ca, signal }: MeasuredOptions): Measured {
  const child = spawn(node, [file], {
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, NODE_OPTIONS: '' },
  });
  const ended = new AbortController();
  child.once('error', (cause) => {
    ended.abort(cause);
  });
  child.once('exit', (code, by) => {
    ended.abort(new Error(`the measured process ended: ${by ?? code ?? ''}`));
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', kill);
  return {
    async ask(order) {
      const answered = once(child, 'message', { signal: ended.signal });
      child.send(order);
      const messages: unknown[] = await answered.catch((error: unknown) => {
        throw ended.signal.aborted ? ended.signal.reason : error;
      });
      return answer.parse(messages[0]);
    },
    async freeze() {
      child.kill('SIGSTOP');
      for (;;) {
        signal.throwIfAborted();
        ended.signal.throwIfAborted();
        if (child.pid !== undefined && (await isStopped(child.pid))) return;
        await pause(1);
      }
    },
    thaw() {
      child.kill('SIGCONT');
    },
    async close() {
      signal.removeEventListener('abort', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      kill();
      await gone;
    },
  };
}

/** Whether a process stands still: `T` in its state. Linux tells it in a file, others by ps. */
async function isStopped(pid: number): Promise<boolean> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') T ');
  const { stdout } = await promisify(execFile)('ps', ['-o', 'state=', '-p', String(pid)]);
  return stdout.trim().startsWith('T');
}
