import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import * as z from 'zod';
import { listen } from '../../local/listen.ts';
import { UsageError } from '../../bench/usage.ts';
import { openTarget } from './stage-target.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { gateway, ticketKeyFile } = inject('local');

interface Ended {
  status: number;
  out: string;
  err: string;
}

function stage(...args: string[]): Promise<Ended> {
  const command = ['--import', 'tsx', 'test/scenarios/stage.ts', ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_, out, err) => {
      resolve({ status: child.exitCode ?? -1, out, err });
    });
  });
}

/** A stage that lets everybody in and answers nothing. */
async function careless(): Promise<string> {
  const server = createServer();
  const webSockets = new WebSocketServer({ server });
  const host = await listen(server, 0);
  onTestFinished(() => {
    for (const socket of webSockets.clients) socket.terminate();
    server.close();
  });
  return `ws://${host}/stage`;
}

const report = z.object({
  asExpected: z.number(),
  differ: z.number(),
  skipped: z.number(),
  scenarios: z.array(
    z.object({ name: z.string(), result: z.string(), difference: z.string().optional(), row: z.string() }),
  ),
});

describe('npm run test:stage', () => {
  it('plays the relay with a key file, a line a scenario, and exits with 0 when all is as expected', async () => {
    const { status, out, err } = await stage(
      '--url',
      gateway,
      '--secret',
      ticketKeyFile,
      '--only',
      'a ping is',
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^ok +\d+\.\d\d s {2}the relay: a ping is answered with a pong$/m);
    expect(out).toContain('1 as expected, 0 differ, 0 skipped.');
  });

  it('says what differs, in which row, and exits with 1', async () => {
    const probe = ['--probe', await careless(), '--probe-token', 'any'];
    const { status, out, err } = await stage(...probe, '--only', 'authorizer that denies', '--json');
    expect(status).toBe(1);
    const difference = 'the status of the upgrade is 101, this suite expects 403';
    const row = 'authorizer denies / identity source missing';
    expect(err).toContain(`${difference} (row: ${row})`);
    expect(report.parse(JSON.parse(out))).toMatchObject({ differ: 1, scenarios: [{ difference, row }] });
  });

  it.each([
    ['what is slow', 'an idle', '(slow: play it with --slow)'],
    ['what it was given no address for', 'a ping is', ''],
  ])('skips %s, and is no success where nothing is left', async (_, only, why) => {
    const { status, out, err } = await stage(
      '--probe',
      await careless(),
      '--probe-token',
      'any',
      '--only',
      only,
    );
    expect(status).toBe(2);
    expect(err).toContain('Nothing was played');
    expect(out).toContain(why);
    expect(out).toContain('0 as expected, 0 differ, 1 skipped.');
  });

  it('with the key of another stack says which outputs to give, and exits with 2', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'typing-relay-key-'));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    const file = join(directory, 'key.json');
    writeFileSync(file, JSON.stringify({ kid: '1', key: 'a'.repeat(64) }));
    const { status, err } = await stage('--url', gateway, '--secret', file);
    expect(status).toBe(2);
    expect(err).toContain('answers 403 to a ticket that this key made');
    expect(err).toContain('TicketKeySecretName');
  });

  it('with a wrong flag points to the help, and exits with 2', async () => {
    const { status, err } = await stage('--uri', 'x');
    expect(status).toBe(2);
    expect(err).toContain('See --help');
  });

  it('--help tells its flags', async () => {
    expect(await stage('--help')).toMatchObject({ status: 0, err: '' });
  });
});

describe('the target of a stage', () => {
  it.each([
    [{}, 'Give --url, --probe or both.'],
    [{ url: 'wss://x' }, '--url and --secret go together'],
    [{ url: 'x', secret: ticketKeyFile }, '--url takes a wss:// URL, not "x"'],
    [{ url: 'wss://x', secret: 'package.json' }, 'package.json holds no ticket key'],
    [
      { url: 'ws://127.0.0.1:1', secret: ticketKeyFile },
      'Cannot reach ws://127.0.0.1:1: connect ECONNREFUSED',
    ],
    [{ probe: 'wss://x' }, '--probe and --probe-token go together'],
    [{ probe: gateway, 'probe-token': 'any' }, 'answers 401 to this token. --probe is the probe'],
  ])('that is %j says what to do', async (flags, words) => {
    const refused = openTarget(flags);
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await expect(refused).rejects.toThrow(words);
  });
});
