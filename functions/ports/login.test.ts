import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../test/http-server.ts';
import { fixed, json, startOrg, type TestEnvironment, type TestOrg } from '../../test/org-client.ts';
import { refusalOf } from '../../test/refusal.ts';
import { startTable, type TestTable } from '../../test/table.ts';
import type { OAuthClient } from './login.ts';
import type { Secret } from './secrets.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

/** One environment of the relay, with these credentials, whose logins are answered by this. */
async function environment({
  credentials,
  login = () => json({ access_token: 'token-1' }),
}: {
  credentials?: Secret<OAuthClient>;
  login?: TestOrg['answers']['login'];
}): Promise<TestOrg & TestEnvironment> {
  const started = await startOrg(table, { login, api: () => json({}) });
  return { ...started, ...started.environment(credentials && { credentials }) };
}

describe('a refused login', () => {
  it('looks once whether the secret was corrected meanwhile', async () => {
    const credentials = fixed(
      { clientId: 'id', clientSecret: 'typo' },
      { clientId: 'id', clientSecret: 'right' },
    );
    const right = `Basic ${Buffer.from('id:right').toString('base64')}`;
    const { call } = await environment({
      credentials,
      login: ({ headers }) => (headers.authorization === right ? json({ access_token: 't' }) : json({}, 400)),
    });
    expect(await call()).toEqual({});
  });

  it.each<[Reply | 'drop', object]>([
    [json({ error: 'invalid_client' }, 400), { code: 'upstream_rejected', reason: 'bad_credentials' }],
    [json({ error: 'invalid_client' }, 401), { code: 'upstream_rejected', reason: 'bad_credentials' }],
    [
      json({ description: 'rate limit exceeded' }, 400),
      { code: 'upstream_rate_limited', retryAfterMs: 5_000 },
    ],
    [json({}, 429, { 'Retry-After': '9' }), { code: 'upstream_rate_limited', retryAfterMs: 9_000 }],
    [json({}, 502), { code: 'upstream_unavailable' }],
    [json({ no: 'token' }), { code: 'upstream_rejected', reason: 'bad_credentials' }],
    ['drop', { code: 'upstream_unavailable' }],
  ])('%j becomes %j, and a message some seconds later tries again', async (reply, expected) => {
    let refusing = true;
    const { call, clock } = await environment({
      login: () => (refusing ? reply : json({ access_token: 't' })),
    });
    expect(await refusalOf(call())).toMatchObject(expected);
    refusing = false;
    clock.now += 9_000;
    expect(await call()).toEqual({});
  });

  it('for lack of a client names the secret to fill', async () => {
    const { call } = await environment({ credentials: fixed() });
    const { reason, message } = await refusalOf(call());
    expect(reason).toBe('bad_credentials');
    expect(message).toContain('GenesysClientSecretName');
  });
});
