import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { TestOrg } from '../local/genesys/fixture.ts';
import { oauthClient, startTestOrg } from '../local/genesys/fixture.ts';
import type { GuestRecord } from '../local/genesys/guest-record.ts';
import { serve } from '../test/http-server.ts';

/** `npm run doctor` as somebody runs it: a process, with flags and an environment. */

const ROOT = fileURLToPath(new URL('../', import.meta.url));

let org: TestOrg;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg();
  guest = await org.guest();
});
afterAll(() => org.close());

const credentials = {
  GENESYS_CLIENT_ID: oauthClient.clientId,
  GENESYS_CLIENT_SECRET: oauthClient.clientSecret,
};

interface Run {
  child: ChildProcessWithoutNullStreams;
  /** Once it has ended. */
  result: Promise<{ status: number | null; out: string; err: string }>;
}

function start(args: string[], env: Record<string, string> = {}): Run {
  const command = ['--import', 'tsx', 'infra/doctor.ts', '--domain', 'mypurecloud.com', ...args];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const result = once(child, 'close').then(() => ({ status: child.exitCode, out, err }));
  return { child, result };
}

const doctor = (args: string[], env?: Record<string, string>): Run['result'] => start(args, env).result;

const participant = (): string[] => [
  '--conversation',
  guest.conversationId,
  '--participant',
  guest.participantId,
];

/** As docs/troubleshooting.md has it. */
const report = z.strictObject({
  version: z.literal(1),
  target: z.strictObject({ domain: z.string(), region: z.string(), originUrl: z.string().nullable() }),
  checks: z.array(
    z.strictObject({
      check: z.string(),
      state: z.enum(['ok', 'note', 'bad', 'unknown']),
      says: z.string(),
      reason: z.string().nullable(),
      correlationId: z.string().nullable(),
      facts: z.record(z.string(), z.unknown()),
    }),
  ),
  upstreams: z.array(
    z.strictObject({
      kind: z.string(),
      shows: z.enum(['guests', 'agents']),
      evidence: z.enum(['published', 'claimed']),
      answer: z.enum(['works', 'fails', 'unknown']),
      why: z.string(),
      reason: z.string().nullable(),
      correlationId: z.string().nullable(),
      check: z.string().nullable(),
      notChecked: z.string().nullable(),
      sent: z.enum(['taken', 'refused', 'unclear']).nullable(),
      mayStillShow: z.boolean(),
    }),
  ),
  recommended: z.strictObject({ guests: z.string().nullable(), agents: z.string().nullable() }),
});

describe('npm run doctor', () => {
  it('exits with 0 when an upstream would work: a table on standard output, progress beside it', async () => {
    const { status, out, err } = await doctor(['--origin-url', org.url, '--deployment', guest.deploymentId]);
    expect(status).toBe(0);
    expect(out).toMatch(/yes {2}web-messaging/);
    expect(out).not.toContain('\u001b');
    expect(err).toContain('Looking at the hosts');
  });

  it('exits with 1 when none is known to', async () => {
    const { status, out } = await doctor(['--origin-url', org.url], credentials);
    expect(status).toBe(1);
    expect(out).toContain('None is known to work yet');
  });

  it('--json prints a report of the documented shape, and nothing else', async () => {
    const args = ['--json', '--origin-url', org.url, '--deployment', guest.deploymentId];
    const { status, out } = await doctor([...args, ...participant()], credentials);
    expect(status).toBe(0);
    const { target, upstreams, recommended } = report.parse(JSON.parse(out));
    expect(target.originUrl).toBe(org.url);
    expect(upstreams).toHaveLength(5);
    expect(recommended.guests).toBe('web-messaging');
  });

  it.each([
    ['an unknown flag', ['--colour'], "Unknown option '--colour'"],
    ['an unknown region', ['--domain', 'mypurecloud.uk'], 'mypurecloud.ie          eu-west-1'],
  ])('with %s exits with 2 and says what is right', async (_, args, words) => {
    const { status, out, err } = await doctor(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(words);
  });

  it('--help names every flag and variable', async () => {
    const { status, out } = await doctor(['--help']);
    expect(status).toBe(0);
    for (const word of ['--send', '--json', '--origin-url', 'GENESYS_CLIENT_SECRET', 'GENESYS_SOCKET_URL'])
      expect(out).toContain(word);
  });

  it('ends what it shows when Ctrl-C comes in the middle, and exits with 130', async () => {
    const env = { GENESYS_GUEST_TOKEN: guest.guestToken };
    const { child, result } = start(['--send', '--origin-url', org.url, ...participant()], env);
    await org.screenWith(guest, { guestTyping: true });
    // A terminal signals the whole group, and npm hands its own on: they come in twos.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { status, out, err } = await result;
    expect({ status, out }).toEqual({ status: 130, out: '' });
    expect(err).toMatch(/Ended\.\n$/);
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false });
  });

  it('ends at once when Ctrl-C comes while it looks', async () => {
    await org.faults([{ on: 'any', delayMs: 600_000 }]);
    const { child, result } = start(['--origin-url', org.url]);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await result).toMatchObject({ status: 130, out: '' });
    await org.call('DELETE', '/control/faults');
  });
});

describe('a secret', () => {
  const secrets = (): string[] => [
    oauthClient.clientSecret,
    guest.guestToken,
    encodeURIComponent(guest.guestToken),
    guest.socketUrl,
  ];
  const env = (): Record<string, string> => ({
    ...credentials,
    GENESYS_GUEST_TOKEN: guest.guestToken,
    GENESYS_SOCKET_URL: guest.socketUrl,
  });
  const ids = (): string[] => ['--origin-url', org.url, '--deployment', guest.deploymentId, ...participant()];

  it.each([
    ['a table', [], {}],
    ['a report for machines', ['--json'], {}],
    ['errors: the org is down', ['--origin-url', 'http://127.0.0.1:1'], {}],
    ['errors: the socket has no such host', [], { GENESYS_SOCKET_URL: 'ws://127.0.0.1:1/s?token=hush-hush' }],
    ['errors: a wrong client', ['--json'], { GENESYS_CLIENT_SECRET: 'hush-hush' }],
    ['errors: wrong flags', ['--deployment', '?'], {}],
  ])('is never in %s', async (_, args, own) => {
    const { out, err } = await doctor([...ids(), ...args], { ...env(), ...own });
    for (const secret of [...secrets(), 'hush-hush']) {
      expect(out).not.toContain(secret);
      expect(err).not.toContain(secret);
    }
    expect(out + err).not.toBe('');
  });

  it('that Genesys sends back is hidden', async () => {
    const token = 'an-access-token-of-the-org';
    const { url } = await serve(({ path }) => ({
      status: 200,
      body: JSON.stringify(
        path === '/oauth/token'
          ? { access_token: token }
          : { organization: { name: `${token} ${oauthClient.clientSecret}` } },
      ),
    }));
    for (const args of [[], ['--json']]) {
      const { out } = await doctor(['--origin-url', url, ...args], credentials);
      expect(out).toContain('[hidden]');
      expect(out).not.toContain(token);
      expect(out).not.toContain(oauthClient.clientSecret);
    }
  });
});
