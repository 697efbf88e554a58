import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const ps = promisify(execFile);

const Ready = z.object({ gateway: z.string(), genesys: z.string(), ticketKeyFile: z.string() });

/** A local run in a process of its own, so that what it needs can be told from what the load needs. */
export interface LocalRun extends z.infer<typeof Ready> {
  /** Resident memory of the process, in bytes. */
  memory: () => Promise<number>;
  /** Open files, sockets included; undefined where the system does not tell. */
  openFiles: () => Promise<number | undefined>;
  /** What the functions logged: there is nothing to log where all goes well. */
  logged: readonly string[];
  /** Ends it; resolves with its exit status. */
  end: () => Promise<number>;
}

const LogLine = z.object({ message: z.object({ code: z.string() }) });

/** What a log line says, without what is another in each. */
function summaryOf(line: string): string {
  const [, name = '', json = ''] = /^(\S+) {2}(\{.*)$/.exec(line) ?? [];
  try {
    return `${name} ${LogLine.parse(JSON.parse(json)).message.code}`;
  } catch {
    return line;
  }
}

/**
 * Starts the local run on free ports.
 * @param environments of each function, at most
 * @throws Error with what it said when it does not come up
 */
export async function startLocalRun(environments: number): Promise<LocalRun> {
  const ports = ['gateway', 'http', 'page', 'genesys'].flatMap((name) => [`--${name}-port`, '0']);
  const flags = ['--json', '--quiet', ...ports, '--environments', String(environments)];
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/start.ts', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is for this process, which ends the other one in its turn.
    detached: true,
  });
  // Whatever ends this process ends the other one, too.
  process.once('exit', () => child.kill('SIGTERM'));
  const logged: string[] = [];
  createInterface(child.stderr).on('line', (line) => logged.push(summaryOf(line)));
  const status = once(child, 'close').then(([code]) => z.number().nullable().parse(code) ?? 1);
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([first]) => z.string().parse(first)),
    status.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(`The local run did not start.\n${logged.join('\n')}`);
  logged.length = 0;
  const pid = child.pid ?? 0;
  return {
    ...Ready.parse(JSON.parse(line)),
    logged,
    // `ps` tells kibibytes, on Linux and on macOS alike.
    memory: async () => 1024 * Number((await ps('ps', ['-o', 'rss=', '-p', String(pid)])).stdout),
    openFiles: () =>
      readdir(`/proc/${pid}/fd`).then(
        (files) => files.length,
        () => undefined,
      ),
    end: () => {
      child.kill('SIGTERM');
      return status;
    },
  };
}
