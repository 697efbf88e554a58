import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Lambda's share of a processor, by a control group. One vCPU comes with 1,769 MB, and less memory with as much less:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const FULL_SHARE_MB = 1_769;

/** Lambda hands out processor time in slices of so many microseconds. */
export const PERIOD_US = 20_000;

/** Microseconds of each period that a function with this memory gets. */
export const quotaOf = (memoryMb: number): number => Math.round((PERIOD_US * memoryMb) / FULL_SHARE_MB);

/** Where control groups for processor time are made, and in which of the two versions. */
export interface GroupPlace {
  version: 1 | 2;
  folder: string;
}

/**
 * Finds it in `/proc/mounts` and `/proc/self/cgroup`. @returns undefined where there is none
 * https://docs.kernel.org/admin-guide/cgroup-v1/cgroups.html, https://docs.kernel.org/admin-guide/cgroup-v2.html
 */
export function placeOf(mounts: string, own: string): GroupPlace | undefined {
  const all = mounts.split('\n').map((line) => {
    const [, point = '', type = '', options = ''] = line.split(' ');
    return { point, type, options: options.split(',') };
  });
  const first = all.find(({ type, options }) => type === 'cgroup' && options.includes('cpu'));
  if (first)
    return {
      version: 1,
      folder: join(
        first.point,
        pathOf(own, (names) => names.includes('cpu')),
      ),
    };
  const second = all.find(({ type }) => type === 'cgroup2');
  return (
    second && {
      version: 2,
      folder: join(
        second.point,
        pathOf(own, (names) => names.includes('')),
      ),
    }
  );
}

/** This process' own group: `3:cpu,cpuacct:/path`, and `0::/path` in version 2. */
function pathOf(own: string, isWanted: (controllers: string[]) => boolean): string {
  const lines = own.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const found = lines.find((match) => isWanted((match?.[1] ?? '-').split(',')));
  return (found?.[2] ?? '').replace(/\/$/, '');
}

/** A group whose processes together get a share. */
export interface CpuShare {
  /** Moves a process, with all its threads, into it. */
  take: (pid: number) => Promise<void>;
  /** Removes it, once its processes have ended. */
  close: () => Promise<void>;
}

const write = (folder: string, file: string, text: string): Promise<void> =>
  writeFile(join(folder, file), text);

/** So often it is tried to remove a group: a process that has ended leaves it a little later. */
const REMOVALS = 50;

async function remove(folder: string): Promise<void> {
  for (let left = REMOVALS; ; left--)
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (left === 0) throw error;
      await delay(20);
    }
}

/** Makes a group with the share of so much memory. @throws Error where this machine does not allow it */
export async function makeCpuShare(memoryMb: number): Promise<CpuShare> {
  const [mounts, own] = await Promise.all(
    ['/proc/mounts', '/proc/self/cgroup'].map((file) => readFile(file, 'utf8')),
  );
  const place = placeOf(mounts ?? '', own ?? '');
  if (!place) throw new Error('there are no control groups');
  const folder = join(place.folder, `typing-relay-${process.pid}-${memoryMb}`);
  await mkdir(folder);
  try {
    const quota = quotaOf(memoryMb);
    if (place.version === 1) {
      await write(folder, 'cpu.cfs_period_us', String(PERIOD_US));
      await write(folder, 'cpu.cfs_quota_us', String(quota));
    } else await write(folder, 'cpu.max', `${quota} ${PERIOD_US}`);
  } catch (error) {
    await remove(folder);
    throw error;
  }
  return {
    take: (pid) => write(folder, 'cgroup.procs', String(pid)),
    close: () => remove(folder),
  };
}

/** Whether this machine lets a process have a share, or why not. */
export async function whyNoShares(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'control groups are a thing of Linux';
  try {
    await (await makeCpuShare(128)).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'control groups cannot be made';
  }
}
