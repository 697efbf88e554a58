import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../test/http-server.ts';
import { json, startOrg, type TestEnvironment, type TestOrg, typing } from '../../test/org-client.ts';
import { refusalOf } from '../../test/refusal.ts';
import { startTable, type TestTable } from '../../test/table.ts';
import type { ApiCall } from './genesys-refusals.ts';
import { LEASE_MS } from './shared-login.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

/** An org that answers its login and its API by these functions, and one environment of the relay. */
async function org({
  login = () => json({ access_token: 'token-1', expires_in: 86_400 }),
  api = () => json({}),
}: Partial<TestOrg['answers']> = {}): Promise<TestOrg & TestEnvironment & { paths: () => string[] }> {
  const started = await startOrg(table, { login, api });
  const paths = (): string[] => started.seen.map(({ path }) => path);
  return { ...started, ...started.environment(), paths };
}

describe('the service account', () => {
  it('logs in with the client-credentials grant, once, and calls with its token', async () => {
    const { call, client, seen, paths } = await org();
    await call();
    await call();
    expect(paths()).toEqual(['/oauth/token', typing.path, typing.path]);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials',
      headers: { authorization: `Basic ${Buffer.from(`${client.clientId}:s:ecret`).toString('base64')}` },
    });
    expect(seen[1]).toMatchObject({
      method: 'POST',
      body: '{"state":"typing"}',
      headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
    });
  });

  it('logs in again before a token that could end under way is used', async () => {
    const { call, paths, clock } = await org({ login: () => json({ access_token: 't', expires_in: 600 }) });
    await call();
    clock.now += 594_000;
    await call();
    clock.now += 1_000;
    await call();
    expect(paths().filter((path) => path === '/oauth/token')).toHaveLength(2);
  });

  it('logs in once for calls at the same time', async () => {
    const { call, calls, logins } = await org();
    await Promise.all([call(), call(), call()]);
    expect(logins()).toBe(1);
    // Look, lease, share: they share these as well.
    expect(calls.toTable).toBe(3);
  });

  it('renews its token once when it is answered 401, and calls again', async () => {
    let issued = 0;
    const { call, clock, paths } = await org({
      login: () => json({ access_token: `token-${++issued}` }),
      api: ({ headers }) =>
        headers.authorization === 'Bearer token-2' ? json({}) : json({ code: 'bad.credentials' }, 401),
    });
    clock.waitsUntil = clock.now + LEASE_MS;
    await call();
    expect(paths()).toEqual(['/oauth/token', typing.path, '/oauth/token', typing.path]);
  });

  it('gives up after the second 401', async () => {
    const { call, clock, seen } = await org({ api: () => json({ code: 'bad.credentials' }, 401) });
    clock.waitsUntil = clock.now + LEASE_MS;
    expect(await refusalOf(call())).toMatchObject({ code: 'upstream_rejected', reason: 'bad_credentials' });
    expect(seen).toHaveLength(4);
  });

  it('is warm after INIT: logged in and connected', async () => {
    const { call, paths, warmUp } = await org();
    await warmUp();
    expect(paths()).toEqual(['/oauth/token', '/api/v2/tokens/me']);
    await call();
    expect(paths().at(-1)).toBe(typing.path);
    expect(paths()).toHaveLength(3);
  });
});

describe("a guest's token", () => {
  const asGuest: ApiCall = {
    ...typing,
    bearer: { token: 'guest-token', owner: 'guest' },
    permission: 'webmessaging:guest:write',
  };

  it('is used as it is, with no login', async () => {
    const { call, seen } = await org();
    await call(asGuest);
    expect(seen).toMatchObject([{ path: typing.path, headers: { authorization: 'Bearer guest-token' } }]);
  });

  it('that is refused is not renewed', async () => {
    const { call, seen } = await org({ api: () => json({}, 401) });
    const { reason, message } = await refusalOf(call(asGuest));
    expect(reason).toBe('bad_credentials');
    expect(message).toContain('new ticket');
    expect(seen).toHaveLength(1);
  });

  it('without the scope is told the one that the guest lacks', async () => {
    const { call } = await org({ api: () => json({}, 403) });
    expect((await refusalOf(call(asGuest))).message).toContain('webmessaging:guest:write');
  });
});

describe('a refusal of the API', () => {
  const missing = {
    code: 'missing.any.permissions',
    contextId: 'context-1',
    messageParams: { permissions: 'conversation:message:create' },
  };

  it.each<[number, object, object]>([
    [403, missing, { code: 'upstream_rejected', reason: 'missing_permission', correlationId: 'context-1' }],
    [404, { code: 'conversation.error.conversation.not.found' }, { reason: 'conversation_not_found' }],
    [404, { code: 'not.found' }, { reason: 'conversation_not_found' }],
    [404, { code: 'conversation.error.not.conversation.participant' }, { reason: 'participant_mismatch' }],
    [405, {}, { code: 'upstream_rejected', reason: 'method_not_allowed' }],
    [400, { code: 'bad.request' }, { code: 'upstream_rejected', reason: 'invalid_request' }],
    [500, {}, { code: 'upstream_unavailable' }],
    [503, { code: 'service.unavailable' }, { code: 'upstream_unavailable' }],
  ])('%d %j becomes %j', async (status, body, expected) => {
    const { call } = await org({ api: () => json(body, status) });
    expect(await refusalOf(call())).toMatchObject(expected);
  });

  it('for lack of a permission names it', async () => {
    const { call } = await org({ api: () => json(missing, 403) });
    expect((await refusalOf(call())).message).toContain('conversation:message:create');
  });

  it('does not put words of the far side into the advice unless they look like permissions', async () => {
    const params = { messageParams: { permissions: '<script>alert(1)</script>' } };
    const { call } = await org({ api: () => json(params, 403) });
    const { message } = await refusalOf(call());
    expect(message).not.toContain('script');
    expect(message).toContain('conversation:write');
  });

  it('with 405 names the way that works', async () => {
    const { call } = await org({ api: () => json({}, 405) });
    expect((await refusalOf(call())).message).toContain('web-messaging');
  });

  it('with 429 says for how long to be silent', async () => {
    const { call } = await org({ api: () => json({}, 429, { 'Retry-After': '7' }) });
    expect(await refusalOf(call())).toMatchObject({ code: 'upstream_rate_limited', retryAfterMs: 7_000 });
  });

  it('puts no words of the far side into the log that could be a token', async () => {
    const { call } = await org({
      api: () => json({ code: 'echo Bearer guest-token', contextId: 'Bearer guest-token' }, 400),
    });
    const { correlationId, cause } = await refusalOf(call());
    expect(`${correlationId ?? ''} ${String(cause)}`).not.toContain('guest-token');
  });

  it('takes the correlation id from the header when the body has none', async () => {
    const { call } = await org({
      api: () => ({ status: 403, headers: { 'ININ-Correlation-Id': 'corr-1' }, body: '<html>' }),
    });
    expect((await refusalOf(call())).correlationId).toBe('corr-1');
  });

  it.each<[string, Reply | 'drop' | undefined]>([
    ['silence', undefined],
    ['a cut connection', 'drop'],
  ])('%s becomes upstream_unavailable', async (_, reply) => {
    const { call } = await org({ api: () => reply });
    expect(await refusalOf(call(typing, 40))).toMatchObject({ code: 'upstream_unavailable' });
  });
});

describe('after a refusal that asking again would not change', () => {
  it('a 429 is kept: no call is made until its time is over', async () => {
    let limited = true;
    const { call, clock, seen } = await org({
      api: () => (limited ? json({}, 429, { 'Retry-After': '7' }) : json({})),
    });
    expect(await refusalOf(call())).toMatchObject({ retryAfterMs: 7_000 });
    limited = false;
    clock.now += 3_000;
    const before = seen.length;
    expect(await refusalOf(call())).toMatchObject({ code: 'upstream_rate_limited', retryAfterMs: 4_000 });
    expect(seen).toHaveLength(before);
    clock.now += 4_000;
    expect(await call()).toEqual({});
  });

  it('a refused login is not repeated with every message', async () => {
    const { call, seen } = await org({ login: () => json({ error: 'invalid_client' }, 400) });
    await refusalOf(call());
    expect(await refusalOf(call())).toMatchObject({ reason: 'bad_credentials' });
    expect(seen).toHaveLength(1);
  });

  it("a guest's own 429 does not silence the others", async () => {
    const { call } = await org({
      api: ({ headers }) => (headers.authorization === 'Bearer guest' ? json({}, 429) : json({})),
    });
    await refusalOf(call({ ...typing, bearer: { token: 'guest', owner: 'guest' } }));
    expect(await call()).toEqual({});
  });
});

describe("the service account's budget", () => {
  const limits = (count: number): Record<string, string> => ({
    'inin-ratelimit-count': String(count),
    'inin-ratelimit-allowed': '300',
    'inin-ratelimit-reset': '30',
  });

  it('is what its last answer said, a refusal too, until it begins anew', async () => {
    let answer = json({}, 200, limits(10));
    const { call, clock, budget } = await org({ api: () => answer });
    expect(budget().level).toBe('plenty');
    await call();
    expect(budget().level).toBe('plenty');
    answer = json({}, 404, limits(250));
    await refusalOf(call());
    expect(budget()).toEqual({ level: 'short', resetsInMs: 30_000 });
    answer = json({}, 200, limits(290));
    await call();
    expect(budget().level).toBe('spent');
    clock.now += 30_000;
    expect(budget()).toEqual({ level: 'plenty', resetsInMs: 0 });
  });

  it('is known after INIT', async () => {
    const { warmUp, budget } = await org({ api: () => json({}, 200, limits(250)) });
    await warmUp();
    expect(budget().level).toBe('short');
  });

  it("is not a session's own token's", async () => {
    const { call, budget } = await org({ api: () => json({}, 200, limits(299)) });
    await call({ ...typing, bearer: { token: 'guest', owner: 'guest' } });
    expect(budget().level).toBe('plenty');
  });

  it('is spent after a 429, for as long as that says', async () => {
    const { call, clock, budget } = await org({ api: () => json({}, 429, { 'Retry-After': '7' }) });
    await refusalOf(call());
    expect(budget()).toEqual({ level: 'spent', resetsInMs: 7_000 });
    clock.now += 7_000;
    expect(budget().level).toBe('plenty');
  });

  it('begins anew with another token', async () => {
    const { call, clock, budget, answers, issue, ...started } = await org();
    answers.login = issue;
    answers.api = ({ headers }) => {
      const isValid = started.valid.has(headers.authorization ?? '');
      return json({}, isValid ? 200 : 401, isValid && started.logins() === 2 ? {} : limits(299));
    };
    await call();
    expect(budget().level).toBe('spent');
    started.valid.clear();
    clock.now += LEASE_MS;
    await call();
    expect(budget().level).toBe('plenty');
  });
});
