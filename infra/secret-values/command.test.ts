import { execFile } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAws } from '../../local/aws/aws.ts';
import { serve } from '../../test/http-server.ts';
import { ROOT } from '../bundle.ts';

const key = 'ab'.repeat(32);
const secrets = {
  TicketKey: { kid: '1', key },
  GenesysClient: { clientId: '', clientSecret: 'made-by-the-stack' },
  WebhookSecret: { secret: 's'.repeat(48) },
};

/** The secrets of a stack in a local Secrets Manager, and the command beside it, with the real SDK. */
async function stack() {
  const all = Object.entries(secrets).map(([logicalId, value]) => ({
    logicalId,
    name: `name-${logicalId}`,
    arn: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${logicalId}-abcdef`,
    value: JSON.stringify(value),
  }));
  const aws = await startAws({ template: { tables: [], secrets: all } });
  onTestFinished(aws.close);
  const members = all.map(
    ({ logicalId, name }) =>
      `<member><OutputKey>${logicalId.replace(/(Secret)?$/, 'SecretName')}</OutputKey><OutputValue>${name}</OutputValue></member>`,
  );
  const cloudFormation = await serve(({ body }) => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${
      new URLSearchParams(body).get('StackName') ?? ''
    }</StackName><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  }));
  const env = {
    ...process.env,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    // As an operator has it: the tests' own environment keeps the SDK's notice about Node away.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: undefined,
  };
  const run = (args: string[], input = ''): Promise<{ status: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const command = ['--import', 'tsx', 'infra/secret-values/start.ts', ...args];
      const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_, out, err) => {
        resolve({ status: child.exitCode ?? -1, out, err });
      });
      child.stdin?.end(input);
    });
  const valueOf = (id: keyof typeof secrets): unknown => JSON.parse(aws.secretValue(id));
  return { run, valueOf, asked: cloudFormation.seen };
}

describe('npm run secrets -- oauth-client', () => {
  const client = { clientId: 'new-id', clientSecret: 'new-secret' };

  it("writes what it reads into the stack's secret, and shows nothing of it", async () => {
    const { run, valueOf, asked } = await stack();
    const { status, out, err } = await run(['oauth-client', '--stack', 'other'], JSON.stringify(client));
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Written to name-GenesysClient');
    expect(out).not.toMatch(/new-/);
    expect(valueOf('GenesysClient')).toEqual(client);
    expect(asked[0]?.body).toContain('StackName=other');
  });

  it('takes nothing from its arguments, and does not repeat them', async () => {
    const { run, valueOf } = await stack();
    for (const args of [['new-id', 'new-secret'], ['--client-secret=new-secret']]) {
      const { status, out, err } = await run(['oauth-client', ...args], JSON.stringify(client));
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).not.toContain('new-secret');
    }
    expect(valueOf('GenesysClient')).toEqual(secrets.GenesysClient);
  });
});

describe('npm run secrets -- rotate-ticket-key', () => {
  it('leaves two keys live, says what to do with the backends, and ends with one', async () => {
    const { run, valueOf } = await stack();
    const begun = await run(['rotate-ticket-key']);
    const both = valueOf('TicketKey');
    expect(begun).toMatchObject({ status: 0, err: '' });
    expect(begun.out).toContain('Give each backend the new key: kid and key of the secret name-TicketKey.');
    expect(begun.out).toContain('Wait until 5 minutes after the last backend has it');
    expect(begun.out).toMatch(
      /If the old key was stolen, .*a bubble of typing-frame or participant-state that shows\sthen stays/s,
    );
    expect(both).toMatchObject({ kid: '2', previous: secrets.TicketKey });

    const again = await run(['rotate-ticket-key']);
    expect(again).toMatchObject({ status: 2, out: '' });
    expect(again.err).toContain('End it with --finish first.');
    expect(valueOf('TicketKey')).toEqual(both);

    const finished = await run(['rotate-ticket-key', '--finish', '--secret-id', 'name-TicketKey']);
    expect(finished).toMatchObject({ status: 0, err: '' });
    expect(valueOf('TicketKey')).toEqual({ ...Object(both), previous: undefined });
    for (const { out, err } of [begun, again, finished]) expect(`${out}${err}`).not.toMatch(/[0-9a-f]{64}/);
  });

  it('leaves a secret alone that holds no key', async () => {
    const { run, valueOf } = await stack();
    const { status, err } = await run(['rotate-ticket-key', '--secret-id', 'name-GenesysClient']);
    expect(status).toBe(1);
    expect(err).toContain('does not hold what it should, so it was left as it is');
    expect(valueOf('GenesysClient')).toEqual(secrets.GenesysClient);
  });
});

describe('npm run secrets -- rotate-webhook-secret', () => {
  it('leaves two secrets live, and ends with one', async () => {
    const { run, valueOf } = await stack();
    const { out } = await run(['rotate-webhook-secret']);
    expect(out).toContain('Give each open messaging integration the new one');
    const both = valueOf('WebhookSecret');
    expect(both).toMatchObject({ previous: secrets.WebhookSecret.secret });
    await run(['rotate-webhook-secret', '--finish']);
    expect(valueOf('WebhookSecret')).toEqual({ ...Object(both), previous: undefined });
  });
});

describe('npm run secrets', () => {
  it.each([
    ['--help', 0],
    ['', 2],
    ['rotate', 2],
    ['oauth-client --finish', 2],
  ])('%s exits with %d and lists the commands', async (args, status) => {
    const { run } = await stack();
    const answer = await run(args.split(' ').filter(Boolean));
    expect(answer.status).toBe(status);
    expect(`${answer.out}${answer.err}`).toContain('oauth-client');
  });

  it('--help says that two operators at once overwrite each other', async () => {
    const { run } = await stack();
    expect((await run(['--help'])).out).toContain('Run one at a time');
  });

  it('says what may be missing where a secret cannot be reached', async () => {
    const { run } = await stack();
    const { status, err } = await run(['rotate-ticket-key', '--secret-id', 'nowhere']);
    expect(status).toBe(1);
    expect(err).toMatch(/Cannot read the secret nowhere\. Set AWS_REGION and credentials/);
  });
});
