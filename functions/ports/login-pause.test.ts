import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixed, json, startOrg } from '../../test/org-client.ts';
import { refusalOf } from '../../test/refusal.ts';
import { startTable, type TestTable } from '../../test/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

describe('a refused login', () => {
  it.each([
    ['bad credentials', json({ error: 'invalid_client' }, 400), { reason: 'bad_credentials' }],
    [
      'too many logins',
      json({ error: 'invalid_request', description: 'rate limit exceeded; too many' }, 400),
      { code: 'upstream_rate_limited', retryAfterMs: 4_000 },
    ],
  ])('for %s keeps all environments from logging in for a while', async (_, refusal, expected) => {
    const org = await startOrg(table, { login: () => refusal });
    await refusalOf(org.environment().call());
    org.answers.login = org.issue;
    org.clock.now += 1_000;
    const others = org.environments(5);
    const refused = await Promise.all(others.map(({ call }) => refusalOf(call())));
    for (const error of refused) expect(error).toMatchObject(expected);
    expect(org.logins()).toBe(1);
    org.clock.now += 4_000;
    await Promise.all(others.map(({ call }) => call()));
    expect(org.logins()).toBe(2);
  });

  it.each([
    ['the secret', (id: string) => id],
    ['the client', () => randomUUID()],
  ])('does not keep those from it who have %s corrected already', async (_, corrected) => {
    const org = await startOrg(table, { login: () => json({ error: 'invalid_client' }, 400) });
    const outdated = org.environment();
    await refusalOf(outdated.call());
    org.answers.login = org.issue;
    const right = { clientId: corrected(org.client.clientId), clientSecret: 'corrected' };
    await org.environment({ credentials: fixed(org.client, right) }).call();
    await org.environment({ credentials: fixed(right) }).call();
    expect(org.logins()).toBe(2);
    const [, login] = org.seen.filter(({ path }) => path === '/oauth/token');
    const basic = Buffer.from(`${right.clientId}:corrected`).toString('base64');
    expect(login?.headers.authorization).toBe(`Basic ${basic}`);
  });
});
