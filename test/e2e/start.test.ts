import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { serve } from '../http-server.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function run(...args: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'typing-relay-start-'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/start.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: directory },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  /** What the run has left behind, but for tsx' own cache. */
  const leftovers = () => readdirSync(directory).filter((name) => !name.startsWith('tsx-'));
  return { child, said, leftovers };
}

/** The exit status of a process, once its streams have ended too. */
const ended = async (child: ChildProcess): Promise<unknown> =>
  z.array(z.unknown()).parse(await once(child, 'close'))[0];

const ready = z.strictObject({
  gateway: z.string(),
  http: z.string(),
  page: z.string(),
  genesys: z.string(),
  aws: z.string(),
  ticketKeyFile: z.string(),
});

describe('npm start', () => {
  it('--json prints one line when all is up, takes another port for a taken one, and ends cleanly on Ctrl-C', async () => {
    const { url } = await serve(() => ({ status: 200 }));
    const taken = new URL(url).port;
    const { child, said, leftovers } = run(
      '--json',
      '--page-port',
      taken,
      '--gateway-port',
      '0',
      '--http-port',
      '0',
      '--genesys-port',
      '0',
    );
    const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), 'line'));
    const { page, genesys, gateway, http, ticketKeyFile } = ready.parse(JSON.parse(line));

    expect(said.err).toContain(`Port ${taken} for the page is taken; using a free one.`);
    expect((await fetch(page)).status).toBe(200);
    expect((await fetch(`${genesys}/control/guests`)).status).toBe(200);
    expect(gateway).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect((await fetch(`${http}/webhooks/open-messaging`, { method: 'POST' })).status).toBe(401);
    expect(readFileSync(ticketKeyFile, 'utf8')).toContain('"kid"');

    // A terminal signals the whole group, and npm hands its own on: they come in twos.
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
    expect(leftovers()).toEqual([]);
    expect(said.out.trim()).toBe(line);
    expect(existsSync(ticketKeyFile)).toBe(false);
    await expect(fetch(page)).rejects.toThrow();
  });

  it('ends cleanly on Ctrl-C in the middle of its start', async () => {
    const { child, said, leftovers } = run(
      '--json',
      '--gateway-port',
      '0',
      '--page-port',
      '0',
      '--genesys-port',
      '0',
    );
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
    expect(leftovers()).toEqual([]);
    expect(said).toEqual({ out: '', err: 'Synthesising the stack …\nEnded.\n' });
  });

  it.each([
    [['--gateway-port', 'many'], '--gateway-port takes a port from 0 (any free one) to 65535, not "many"'],
    [['--http-port', '70000'], '--http-port takes a port from 0 (any free one) to 65535, not "70000"'],
    [['--port', '1'], 'See --help'],
  ])('with wrong flags %j says what is right, and exits with 2', async (flags, words) => {
    const { child, said } = run(...flags);
    expect(await ended(child)).toBe(2);
    expect(said.err).toContain(words);
  });

  it('--help tells its flags', async () => {
    const { child, said } = run('--help');
    expect(await ended(child)).toBe(0);
    expect(said.out).toContain('--json');
  });
});
