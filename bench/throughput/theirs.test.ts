import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ROOT } from '../../infra/bundle.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'typing-relay-theirs-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Folders of a stack; tsx keeps what it made of sources beside them. */
const stacks = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('typing-relay-'));

it('the other side leaves nothing behind when it is ended while its stack is synthesised', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/throughput/theirs.ts', 'threads'], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  try {
    await vi.waitUntil(async () => (await stacks()).length === 1, { timeout: 20_000 });
    child.kill('SIGTERM');
    await exited;
    expect(await stacks()).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
