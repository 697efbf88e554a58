import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod';

/** Processor time, in milliseconds. */
export const cpu = z.object({
  /** Of the process that was started: the local run's, or of the table and the org beside serverless-offline. */
  leader: z.number(),
  /** Of that and of all that it started. */
  stack: z.number(),
  clients: z.number(),
});
export type Cpu = z.infer<typeof cpu>;

/** A tick is 10 ms for whoever reads it, on every Linux: USER_HZ, https://man7.org/linux/man-pages/man7/time.7.html */
const TICK_MS = 10;

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: behind the name, which may have anything in it. */
const GROUP = 2;
const TICKS = [11, 12] as const;

/** What a process has used, and whose group it is in; undefined where it is gone. */
async function statOf(pid: string): Promise<{ ms: number; group: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const ticks = TICKS.reduce((sum, place) => sum + Number(fields[place]), 0);
  return { ms: ticks * TICK_MS, group: Number(fields[GROUP]) };
}

/**
 * What a stack and its clients have used so far; undefined where the system does not tell.
 * @param leader whose process group is the stack's
 */
export async function readCpu(leader: number, clients: number): Promise<Cpu | undefined> {
  const pids = await readdir('/proc').catch(() => []);
  const used: Cpu = { leader: 0, stack: 0, clients: 0 };
  for (const pid of pids.filter((name) => /^\d+$/.test(name))) {
    const stat = await statOf(pid);
    if (stat?.group === leader) used.stack += stat.ms;
    if (stat && Number(pid) === leader) used.leader = stat.ms;
    if (stat && Number(pid) === clients) used.clients = stat.ms;
  }
  return used.stack > 0 && used.clients > 0 ? used : undefined;
}

/** What was used between two readings. */
export const between = (before: Cpu | undefined, after: Cpu | undefined): Cpu | undefined =>
  before && after
    ? {
        leader: after.leader - before.leader,
        stack: after.stack - before.stack,
        clients: after.clients - before.clients,
      }
    : undefined;
