import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import * as z from 'zod';
import { sealTicket } from '../../functions/relay/ticket.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { guestRecord } from '../../local/genesys/guest-record.ts';
import { serve } from '../http-server.ts';
import { participantState, typing, typingFrame } from './world.ts';

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

const FREE_PORTS = ['gateway', 'http', 'page', 'genesys'].flatMap((name) => [`--${name}-port`, '0']);

/** What `--json` prints once all is up. */
async function readiness(child: ReturnType<typeof run>['child']): Promise<z.infer<typeof ready>> {
  const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), 'line'));
  return ready.parse(JSON.parse(line));
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

/** Guests of this run who type, and who are answered, until it ends. */
async function startLoad({ gateway, genesys, ticketKeyFile }: z.infer<typeof ready>) {
  const keys = ticketKeys.parse(JSON.parse(readFileSync(ticketKeyFile, 'utf8')));
  const load = { answers: 0, clients: new Array<WebSocket>() };
  for (const upstream of [...Array(24).keys()].map((n) => (n % 2 === 0 ? typingFrame : participantState))) {
    const guest = guestRecord.parse(
      await (await fetch(`${genesys}/control/guests`, { method: 'POST' })).json(),
    );
    const iat = Math.floor(Date.now() / 1000);
    const claims = { sub: 'guest', iat, exp: iat + 300, jti: randomUUID(), upstream: upstream(guest) };
    const client = new WebSocket(gateway, ['typing-relay', await sealTicket(keys, claims)]);
    await once(client, 'open');
    load.clients.push(client);
    client.on('message', () => load.answers++);
    const timer = setInterval(() => {
      client.send(JSON.stringify(typing(load.answers % 2 === 0, '1')));
    }, 300);
    client.on('close', () => {
      clearInterval(timer);
    });
  }
  return load;
}

/** The processes that a process has started, and theirs. */
function descendants(pid: number): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    all.flatMap(([child = 0, its]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm start', () => {
  it('--json prints one line when all is up, takes another port for a taken one, and ends cleanly on Ctrl-C', async () => {
    const { url } = await serve(() => ({ status: 200 }));
    const taken = new URL(url).port;
    const { child, said, leftovers } = run('--json', ...FREE_PORTS, '--page-port', taken);
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
    const { child, said, leftovers } = run('--json', ...FREE_PORTS);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
    expect(leftovers()).toEqual([]);
    expect(said).toEqual({ out: '', err: 'Synthesising the stack …\nEnded.\n' });
  });

  it.each([
    ['SIGTERM', []],
    ['SIGINT', ['--freeze']],
  ] as const)(
    'ends cleanly on %s in the middle of load, with %j',
    { timeout: 120_000 },
    async (signal, flags) => {
      const { child, said, leftovers } = run('--json', ...FREE_PORTS, ...flags);
      const up = await readiness(child);
      const load = await startLoad(up);
      const closed = Promise.all(load.clients.map((client) => once(client, 'close')));
      await vi.waitUntil(() => load.answers >= 100, { timeout: 60_000 });

      child.kill(signal);
      expect(await ended(child)).toBe(0);
      await closed;
      expect(leftovers()).toEqual([]);
      expect(existsSync(up.ticketKeyFile)).toBe(false);
      expect(said.err.trim().split('\n').at(-1)).toBe('Ended.');
    },
  );

  it('--watch builds what is saved just as the stack did, and leaves no process when it ends', async () => {
    const { child, said } = run('--json', ...FREE_PORTS, '--watch');
    await readiness(child);
    // Touched and not changed: other tests run these sources.
    utimesSync(join(ROOT, 'functions/typing.ts'), new Date(), new Date());
    await vi.waitUntil(() => said.err.includes('Nothing to rebuild: functions/typing.ts'), {
      timeout: 20_000,
    });
    const processes = descendants(child.pid ?? 0);
    expect(processes).not.toEqual([]);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    await vi.waitUntil(() => !processes.some(isAlive), { timeout: 10_000 });
  });

  it.each([
    [['--gateway-port', 'many'], '--gateway-port takes a port from 0 (any free one) to 65535, not "many"'],
    [['--http-port', '70000'], '--http-port takes a port from 0 (any free one) to 65535, not "70000"'],
    [['--environments', '0'], '--environments takes a number from 1 to 999, not "0"'],
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
