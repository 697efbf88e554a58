import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { between, readCpu } from './cpu.ts';

const SPINS = 'while (process.cpuUsage().user < 300_000); console.log(1);';
/** Lets another process of its group spin, and does nothing itself. */
const STARTS = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${SPINS} setInterval(() => 0, 1e6)`)}], { stdio: 'inherit' }); setInterval(() => 0, 1e6);`;

it.runIf(platform() === 'linux')('is what a group of processes used, its leader apart', async () => {
  const leader = spawn(process.execPath, ['-e', STARTS], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid = 0 } = leader;
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  const before = await readCpu(pid, process.pid);
  await once(leader.stdout, 'data');
  const used = between(before, await readCpu(pid, process.pid));
  expect(used?.stack).toBeGreaterThanOrEqual((used?.leader ?? 0) + 100);
});

it('is not known of a process that there is not', async () => {
  expect(await readCpu(0, 0)).toBeUndefined();
});
