import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openTicket } from '../functions/relay/ticket.ts';
import { UPSTREAM_KINDS } from '../functions/upstreams/index.ts';
import { readStackSecret, type StackClients } from './stack-secret.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const keys = { kid: '7', key: randomBytes(32).toString('hex') };

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'typing-relay-ticket-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return directory;
}

/** Runs the command with a key file of its own. */
function ticket(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const keyFile = join(temporary(), 'key.json');
  writeFileSync(keyFile, JSON.stringify(keys));
  const command = ['--import', 'tsx', 'infra/ticket.ts', '--key-file', keyFile, ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_, out, err) => {
      resolve({ status: child.exitCode ?? -1, out, err });
    });
  });
}

const participant = ['--upstream', 'participant-state', '--conversation', 'c1', '--participant', 'p1'];

describe('npm run ticket', () => {
  it('prints a ticket that opens, and nothing else', async () => {
    const { status, out } = await ticket(...participant, '--subject', 'ann', '--seconds', '60');
    expect(status).toBe(0);
    const claims = await openTicket(keys, out.trim(), Date.now());
    expect(claims).toMatchObject({
      sub: 'ann',
      upstream: { kind: 'participant-state', conversationId: 'c1', participantId: 'p1' },
    });
    expect(claims.exp - claims.iat).toBe(60);
  });

  const user = ['--integration', 'i1', '--user', 'ann@example.com'];
  const agent = ['--conversation', 'c1', '--communication', 'm1'];
  /** Kinds that have flags of their own, with what the flags say in the ticket. */
  const flagged: [kind: string, flags: string[], fields: object][] = [
    ['web-messaging', ['--deployment', 'd1', '--guest-token', 't'], { deploymentId: 'd1', token: 't' }],
    ['open-messaging', user, { integrationId: 'i1', userId: 'ann@example.com' }],
    [
      'open-messaging',
      [...user, '--id-type', 'Email', '--nickname', 'Ann'],
      { integrationId: 'i1', userId: 'ann@example.com', idType: 'Email', nickname: 'Ann' },
    ],
    ['agent-communication', agent, { conversationId: 'c1', communicationId: 'm1' }],
    [
      'agent-communication',
      [...agent, '--user-token', 't'],
      { conversationId: 'c1', communicationId: 'm1', userToken: 't' },
    ],
    ['typing-frame', ['--socket-url', 'wss://chat.example.com/1'], { socketUrl: 'wss://chat.example.com/1' }],
    [
      'participant-state',
      [...participant.slice(2), '--guest-token', 't'],
      { conversationId: 'c1', participantId: 'p1', guestToken: 't' },
    ],
  ];

  it.each(flagged)('has the flags of %s: %j', async (kind, flags, fields) => {
    const { out, err } = await ticket('--upstream', kind, ...flags);
    expect(err).toBe('');
    expect((await openTicket(keys, out.trim(), Date.now())).upstream).toEqual({ kind, ...fields });
  });

  const whole = { kind: 'web-messaging', deploymentId: 'd1', token: 'secret-1' };

  it('takes a whole session as JSON, so that an upstream needs no flags of its own', async () => {
    const { out } = await ticket('--session', JSON.stringify(whole));
    expect((await openTicket(keys, out.trim(), Date.now())).upstream).toEqual(whole);
  });

  it('takes a whole session from a file, which keeps its secrets out of the list of processes', async () => {
    const file = join(temporary(), 'session.json');
    writeFileSync(file, JSON.stringify(whole));
    const { out } = await ticket('--session', `@${file}`);
    expect((await openTicket(keys, out.trim(), Date.now())).upstream).toEqual(whole);
  });

  it('lists the kinds of upstreams, and the flags of those that have some, with --help', async () => {
    const { status, out } = await ticket('--help');
    expect(status).toBe(0);
    expect(out).toContain(`  ${UPSTREAM_KINDS.join(', ')}\n`);
    for (const [kind] of flagged) expect(out).toContain(`\n  ${kind}\n`);
    const flags = ['deployment', 'integration', 'user', 'id-type', 'nickname', 'communication', 'user-token'];
    for (const flag of flags) expect(out).toMatch(new RegExp(`^  --${flag} `, 'm'));
  });

  it.each([
    ['no upstream', [], `--upstream is missing: ${UPSTREAM_KINDS.join(', ')}`],
    [
      'an unknown upstream',
      ['--upstream', 'pigeon', '--user', 'ann'],
      `no such upstream; known: ${UPSTREAM_KINDS.join(', ')}`,
    ],
    [
      "another upstream's flag",
      [...participant, '--deployment', 'd1'],
      '--deployment is no flag of participant-state',
    ],
    ['a wrong type of id', ['--upstream', 'open-messaging', ...user, '--id-type', 'Fax'], 'wrong: idType'],
    ['a missing field', participant.slice(0, 4), 'missing or wrong: participantId'],
    ['a session that is no JSON', ['--session', '{"token":"secret-1"'], '--session takes a JSON object'],
    ['a session without a kind', ['--session', '{"token":"secret-1"}'], '--session takes a JSON object'],
    [
      'a session file that is not there',
      ['--session', '@nowhere.json'],
      'Cannot read --session nowhere.json',
    ],
    [
      'a session of an unknown kind',
      ['--session', '{"kind":"pigeon"}'],
      `no such upstream; known: ${UPSTREAM_KINDS.join(', ')}`,
    ],
    [
      'a session that lacks a field',
      ['--session', '{"kind":"web-messaging","token":"secret-1"}'],
      'missing or wrong: deploymentId',
    ],
    [
      'both a session and a flag of one',
      ['--session', '{"kind":"typing-frame"}', '--user', 'ann'],
      'leave --user out',
    ],
    [
      'both a session and an upstream',
      ['--session', '{"kind":"typing-frame"}', '--upstream', 'typing-frame'],
      'leave --upstream out',
    ],
    ['a long life', [...participant, '--seconds', '301'], '--seconds takes a whole number from 1 to 300'],
    ['an unknown flag', ['--colour', 'red'], "Unknown option '--colour'"],
    ['no key file', [...participant, '--key-file', 'nowhere.json'], 'Cannot read --key-file nowhere.json'],
    [
      'a key file without a key',
      [...participant, '--key-file', 'package.json'],
      'package.json holds no ticket key',
    ],
    [
      'a key file that is no JSON',
      [...participant, '--key-file', 'README.md'],
      'README.md holds no ticket key',
    ],
  ])('with %s exits with 2 and says what to do', async (_, args, words) => {
    const { status, out, err } = await ticket(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(words);
    expect(err).not.toContain('secret-1');
  });
});

describe("a stack's secret", () => {
  function clientsWith(outputs: { OutputKey: string; OutputValue: string }[]): StackClients {
    const cloudFormation = { send: vi.fn(() => Promise.resolve({ Stacks: [{ Outputs: outputs }] })) };
    const secretsManager = { send: vi.fn(() => Promise.resolve({ SecretString: 'value' })) };
    return { cloudFormation, secretsManager };
  }

  it('is found through the output that names it', async () => {
    const clients = clientsWith([{ OutputKey: 'TicketKeySecretName', OutputValue: 'name-1' }]);
    expect(await readStackSecret('stack-1', 'TicketKeySecretName', clients)).toBe('value');
    expect(clients.cloudFormation.send).toHaveBeenCalledWith(expect.any(DescribeStacksCommand));
    expect(clients.secretsManager.send).toHaveBeenCalledWith(
      expect.objectContaining({ input: { SecretId: 'name-1' } }),
    );
  });

  it('of a stack without that output is asked for by name', async () => {
    await expect(readStackSecret('stack-1', 'TicketKeySecretName', clientsWith([]))).rejects.toThrow(
      'The stack stack-1 has no output TicketKeySecretName',
    );
  });

  it('that cannot be read says what may be missing', async () => {
    const clients = clientsWith([]);
    vi.mocked(clients.cloudFormation.send).mockRejectedValue(new Error('Region is missing'));
    await expect(readStackSecret('stack-1', 'X', clients)).rejects.toThrow(
      /AWS_REGION.*\(Region is missing\)/,
    );
  });
});
