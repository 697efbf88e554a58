import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { between, readCpu } from './cpu.ts';

const SPINS_MS = 300;
const SPINS = `while (process.cpuUsage().user < ${SPINS_MS + 20} * 1_000); console.log(1);`;
/** Lets another process of its group spin, and does nothing itself. */
const STARTS = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${SPINS} setInterval(() => 0, 1e6)`)}], { stdio: 'inherit' }); setInterval(() => 0, 1e6);`;

it.runIf(platform() === 'linux')('is what a group of processes used, its leader apart', async () => {
  const leader = spawn(process.execPath, ['-e', STARTS], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid = 0 } = leader;
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  await once(leader.stdout, 'data');
  const used = await readCpu(pid, process.pid);
  expect((used?.stack ?? 0) - (used?.leader ?? 0)).toBeGreaterThanOrEqual(SPINS_MS);
});

it('is not known of a process that there is not', async () => {
  expect(await readCpu(0, 0)).toBeUndefined();
});

it('between two readings is what was used meanwhile', () => {
  const before = { leader: 10, stack: 30, clients: 5 };
  expect(between(before, { leader: 20, stack: 50, clients: 5 })).toEqual({
    leader: 10,
    stack: 20,
    clients: 0,
  });
  expect(between(undefined, before)).toBeUndefined();
});
