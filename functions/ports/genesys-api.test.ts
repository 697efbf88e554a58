import { describe, expect, it } from 'vitest';
import { type Reply, type Seen, serve } from '../../test/http-server.ts';
import { refusalOf } from '../../test/refusal.ts';
import { type ApiCall, makeGenesysApi, type OAuthClient } from './genesys-api.ts';
import { makeHttp } from './http.ts';
import type { Secret } from './secrets.ts';

const typing: ApiCall = {
  method: 'POST',
  path: '/api/v2/conversations/c/participants/p',
  body: { state: 'typing' },
};
const json = (body: object, status = 200, headers = {}): Reply => ({
  status,
  body: JSON.stringify(body),
  headers,
});

/** A secret that holds this, and after a refresh the next. */
function fixed(...values: OAuthClient[]): Secret<OAuthClient> {
  return {
    get: () => {
      const [value] = values;
      return value ? Promise.resolve(value) : Promise.reject(new Error('clientId is empty'));
    },
    refresh: () => Promise.resolve(values.length > 1 && values.shift() !== undefined),
  };
}

/** An org that answers its login and its API by these functions. */
async function org({
  api = () => json({}),
  login = () => json({ access_token: 'token-1', expires_in: 86_400 }),
  credentials = fixed({ clientId: 'id', clientSecret: 's:ecret' }),
}: {
  api?: (seen: Seen) => Reply | 'drop' | undefined;
  login?: (seen: Seen) => Reply | 'drop' | undefined;
  credentials?: Secret<OAuthClient>;
} = {}) {
  const { url, seen } = await serve((one) => (one.path === '/oauth/token' ? login(one) : api(one)));
  const clock = { now: 0 };
  const client = makeGenesysApi({
    apiUrl: url,
    loginUrl: url,
    credentials,
    http: makeHttp(),
    now: () => clock.now,
  });
  const call = (what: ApiCall = typing, ms = 5_000) => client.call(what, Date.now() + ms);
  const paths = () => seen.map(({ path }) => path);
  return { call, seen, paths, clock, warmUp: () => client.warmUp(Date.now() + 5_000) };
}

describe('the service account', () => {
  it('logs in with the client-credentials grant, once, and calls with its token', async () => {
    const { call, seen, paths } = await org();
    await call();
    await call();
    expect(paths()).toEqual(['/oauth/token', typing.path, typing.path]);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials',
      headers: { authorization: `Basic ${Buffer.from('id:s:ecret').toString('base64')}` },
    });
    expect(seen[1]).toMatchObject({
      method: 'POST',
      body: '{"state":"typing"}',
      headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
    });
  });

  it('logs in again a minute before its token ends', async () => {
    const { call, paths, clock } = await org({ login: () => json({ access_token: 't', expires_in: 600 }) });
    await call();
    clock.now = 539_000;
    await call();
    clock.now = 541_000;
    await call();
    expect(paths().filter((path) => path === '/oauth/token')).toHaveLength(2);
  });

  it('logs in once for calls at the same time', async () => {
    const { call, paths } = await org();
    await Promise.all([call(), call(), call()]);
    expect(paths().filter((path) => path === '/oauth/token')).toHaveLength(1);
  });

  it('renews its token once when it is answered 401, and calls again', async () => {
    let issued = 0;
    const { call, paths } = await org({
      login: () => json({ access_token: `token-${++issued}` }),
      api: ({ headers }) =>
        headers.authorization === 'Bearer token-2' ? json({}) : json({ code: 'bad.credentials' }, 401),
    });
    await call();
    expect(paths()).toEqual(['/oauth/token', typing.path, '/oauth/token', typing.path]);
  });

  it('gives up after the second 401', async () => {
    const { call, seen } = await org({ api: () => json({ code: 'bad.credentials' }, 401) });
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
  const asGuest = { ...typing, guestToken: 'guest-token' };

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
    expect((await refusalOf(call())).message).toContain('typing-frame');
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
    expect(await refusalOf(call(typing, 200))).toMatchObject({ code: 'upstream_unavailable' });
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
    await refusalOf(call({ ...typing, guestToken: 'guest' }));
    expect(await call()).toEqual({});
  });
});

describe('a refused login', () => {
  it('looks once whether the secret was corrected meanwhile', async () => {
    const credentials = fixed(
      { clientId: 'id', clientSecret: 'typo' },
      { clientId: 'id', clientSecret: 'right' },
    );
    const right = `Basic ${Buffer.from('id:right').toString('base64')}`;
    const { call } = await org({
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
      { code: 'upstream_rate_limited', retryAfterMs: 1_000 },
    ],
    [json({}, 429, { 'Retry-After': '9' }), { code: 'upstream_rate_limited', retryAfterMs: 9_000 }],
    [json({}, 502), { code: 'upstream_unavailable' }],
    [json({ no: 'token' }), { code: 'upstream_rejected', reason: 'bad_credentials' }],
    ['drop', { code: 'upstream_unavailable' }],
  ])('%j becomes %j, and a message some seconds later tries again', async (reply, expected) => {
    let refusing = true;
    const { call, clock } = await org({ login: () => (refusing ? reply : json({ access_token: 't' })) });
    expect(await refusalOf(call())).toMatchObject(expected);
    refusing = false;
    clock.now += 9_000;
    expect(await call()).toEqual({});
  });

  it('for lack of a client names the secret to fill', async () => {
    const { call } = await org({ credentials: fixed() });
    const { reason, message } = await refusalOf(call());
    expect(reason).toBe('bad_credentials');
    expect(message).toContain('GenesysClientSecretName');
  });
});
