import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { serve } from '../test/http-server.ts';
import type { Tell } from './relay/handled.ts';
import { unsealSession } from './relay/seal.ts';
import { sealTicket } from './relay/ticket.ts';

const keys = { kid: '1', key: randomBytes(32).toString('hex') };
const tell = vi.fn<Tell>();
vi.mock('./ports/tell.ts', () => ({ openTell: () => tell }));
const methodArn = 'arn:aws:execute-api:eu-central-1:000000000000:abcdef1234/v1/$connect';

/** The authorizer as Lambda loads it, with AWS played by a local server. */
async function load() {
  const { url } = await serve(({ headers }) => ({
    status: 200,
    body: String(headers['x-amz-target']).startsWith('secretsmanager')
      ? JSON.stringify({ SecretString: JSON.stringify(keys) })
      : '{}',
  }));
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_ENDPOINT_URL: url,
    TABLE_NAME: 'relay',
    TICKET_KEY_SECRET: 'ticket-key',
    ALLOWED_HOSTS: '',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import('./authorizer.ts');
  return (ticket?: string) =>
    handler({
      methodArn,
      headers: ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` },
      requestContext: { requestId: 'request-1' },
    });
}

const claims = () => {
  const iat = Math.floor(Date.now() / 1000);
  const upstream = { kind: 'participant-state', conversationId: 'c', participantId: 'p' };
  return { sub: 'guest-1', iat, exp: iat + 300, jti: randomUUID(), upstream };
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  tell.mockReset();
});

it('allows its own connection and hands on the session, sealed', async () => {
  const authorize = await load();
  const { context, ...answer } = await authorize(await sealTicket(keys, claims()));
  expect(answer).toEqual({
    principalId: 'guest-1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
  });
  expect(Object.keys(context ?? {})).toEqual(['session']);
  expect(unsealSession(keys, String(context?.['session'])).upstream).toEqual(claims().upstream);
});

it('denies without a word of why, which is for the log', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const authorize = await load();
  expect(await authorize('nonsense')).toEqual({
    principalId: 'refused',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: methodArn }],
    },
    context: {},
  });
  expect(warn).toHaveBeenCalledWith(expect.objectContaining({ code: 'ticket_refused', reason: 'malformed' }));
});

it('tells of each ticket what became of it', async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  const authorize = await load();
  await authorize(await sealTicket(keys, claims()));
  await authorize('nonsense');
  await expect(authorize()).rejects.toThrow(/^Unauthorized$/);
  const ticket = { event: 'ticket', requestId: 'request-1' };
  const refused = { ...ticket, outcome: 'refused', error: 'ticket_refused' };
  expect(tell.mock.calls).toEqual([
    [[{ ...ticket, outcome: 'admitted' }]],
    [[{ ...refused, reason: 'malformed' }]],
    [[{ ...refused, reason: 'no_ticket' }]],
  ]);
});
