import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { sealTicket } from '../../functions/relay/ticket.ts';
import { type TicketKeys, ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { ROOT } from '../../infra/bundle.ts';
import { DOMAINS } from '../../infra/stack-fixture.ts';
import { makeClosers } from '../../local/closers.ts';
import { type RunningStack, startStack } from '../../local/stack.ts';
import type { Template } from '../../local/template/model.ts';
import { linesOf } from '../../local/template/not-run.ts';
import { synthesiseStack } from '../scenarios/probe/synth.ts';
import { connect } from './world.ts';

const run = promisify(execFile);

/** Two processes of their own, and each environment anew, on a busy machine. */
const SLOW_MS = 120_000;

const { add, closeAll } = makeClosers();
let stack: RunningStack;
let template: Template;

// A stack of its own, since its keys change: the shared run's tickets go on to open. It has a domain, too.
beforeAll(async () => {
  ({ template } = add(await synthesiseStack('typing-relay', DOMAINS, new AbortController().signal)));
  const ports = { gateway: 0, http: 0 };
  stack = add(await startStack({ template, ports, tell: () => undefined, onLog: () => undefined }));
});
afterAll(closeAll);

const keys = (): TicketKeys => ticketKeys.parse(JSON.parse(stack.secretValue('TicketKey')));

/** `npm run secrets -- rotate-ticket-key …` */
async function rotate(...flags: string[]): Promise<void> {
  const secret = template.secrets.find(({ logicalId }) => logicalId.startsWith('TicketKey'));
  const command = ['infra/secret-values/start.ts', 'rotate-ticket-key', '--secret-id', secret?.name ?? ''];
  const env = {
    ...process.env,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_ENDPOINT_URL: stack.aws,
  };
  await run(process.execPath, ['--import', 'tsx', ...command, ...flags], { cwd: ROOT, env });
}

/** Environments begin anew, as if the five minutes were over for which they hold a secret. */
function renewAll(): void {
  for (const { logicalId } of template.functions) stack.renew(logicalId);
}

/** Whether a ticket that is sealed with this key opens a connection that answers. */
async function opens(key: TicketKeys): Promise<boolean> {
  const iat = Math.floor(Date.now() / 1000);
  const upstream = { kind: 'participant-state', conversationId: randomUUID(), participantId: randomUUID() };
  const claims = { sub: 'guest', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
  return connect(await sealTicket(key, claims), 'subprotocol', stack.gateway).then(
    async ({ ask }) => (await ask({ type: 'ping' })).type === 'pong',
    (error: unknown) => {
      if (String(error).includes('refused with 403')) return false;
      throw error;
    },
  );
}

describe('a ticket key that rotates', () => {
  it(
    'opens tickets of the old and the new key, and after --finish of the new key only',
    async () => {
      const old = keys();
      expect(await opens(old)).toBe(true);

      await rotate();
      const fresh = keys();
      expect(fresh.kid).not.toBe(old.kid);
      // The environment that let the old one in takes the new key by itself, a few seconds after it last looked.
      await vi.waitFor(
        async () => {
          expect(await opens(fresh)).toBe(true);
        },
        { timeout: 30_000, interval: 500 },
      );
      expect(await opens(old)).toBe(true);

      await rotate('--finish');
      renewAll();
      expect([await opens(old), await opens(fresh)]).toEqual([false, true]);
    },
    SLOW_MS,
  );
});

describe('a stack with a domain name of its own', () => {
  it('runs here without it, and says so', async () => {
    expect(await opens(keys())).toBe(true);
    for (const type of ['ApiGatewayV2::DomainName', 'ApiGatewayV2::ApiMapping', 'Route53::RecordSet'])
      expect(linesOf(template.notRun).join('\n')).toMatch(new RegExp(`Not run here: .*\\(AWS::${type}\\)`));
  });
});
