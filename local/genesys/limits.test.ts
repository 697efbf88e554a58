import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../fixture.ts';
import type { Reply, TestOrg } from './fixture.ts';
import { oauthClient, orgErrorOf, startTestOrg } from './fixture.ts';

const clock = { at: Date.parse('2026-01-01T00:00:00Z') };
let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg({ now: () => clock.at });
});
afterAll(() => org.close());

const me = (token: string): Promise<Reply> => org.call('GET', '/api/v2/tokens/me', { token });
const limitsOf = ({ headers }: Reply): (string | null)[] =>
  ['count', 'allowed', 'reset'].map((name) => headers.get(`inin-ratelimit-${name}`));

describe('requests of one token, §5.3', () => {
  test('each answer tells how many there were of 300 in a minute, errors too', async () => {
    const token = await org.token(await org.client([]));
    expect(limitsOf(await me(token))).toEqual(['1', '300', '60']);
    clock.at += 20_500;
    const refused = await org.call('GET', `/api/v2/conversations/${org.demo.conversationId}`, { token });
    expect(refused.status).toBe(403);
    expect(limitsOf(refused)).toEqual(['2', '300', '40']);
    clock.at += 39_500;
    expect(limitsOf(await me(token))).toEqual(['1', '300', '60']);
  });

  test('one more than is allowed is 429 and says how long to wait, whatever it asks; other tokens go on', async () => {
    const client = await org.client([]);
    await org.control('PUT', `clients/${client.clientId}`, { requestsPerMinute: 2 });
    const token = await org.token(client);
    const other = await org.token(client);
    const replies = [await me(token), await me(token), await me(token)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    const [, , last] = replies;
    if (last === undefined) throw new Error('no reply');
    expect(orgErrorOf(last)).toMatchObject({ status: 429, code: 'too.many.requests' });
    expect(last.headers.get('retry-after')).toBe('60');
    expect(limitsOf(last)).toEqual(['3', '2', '60']);
    expect((await me(other)).status).toBe(200);
    clock.at += 60_000;
    expect((await me(token)).status).toBe(200);
  });

  test('setting the number begins the minute anew', async () => {
    const client = await org.client([]);
    const change = (requestsPerMinute: number): Promise<unknown> =>
      org.control('PUT', `clients/${client.clientId}`, { requestsPerMinute });
    expect(await change(1)).toEqual({ clientId: client.clientId, scopes: [], requestsPerMinute: 1 });
    const token = await org.token(client);
    await me(token);
    expect((await me(token)).status).toBe(429);
    await change(1);
    expect((await me(token)).status).toBe(200);
  });

  test('guests and logins are not counted', async () => {
    const { guestToken, conversationId, participantId } = await org.guest();
    const path = `/api/v2/conversations/${conversationId}/participants/${participantId}`;
    const reply = await org.call('POST', path, { token: guestToken, body: { state: 'typing' } });
    expect(limitsOf(reply)).toEqual([null, null, null]);
    expect(limitsOf(await org.loginAs(oauthClient))).toEqual([null, null, null]);
  });
});

describe('logins, §4.1', () => {
  test('too many in a minute are a 400 in OAuth’s own form', async () => {
    await org.control('PUT', 'behaviour', { loginsPerMinute: 1 });
    const client = await org.client([]);
    expect((await org.loginAs(client)).status).toBe(200);
    const limited = await org.loginAs(client);
    expect(limited.status).toBe(400);
    const body = z.object({ error: z.string(), description: z.string() }).parse(limited.body);
    expect(body.error).toBe('invalid_request');
    expect(body.description).toMatch(/^rate limit exceeded; /);
    expect((await org.loginAs(await org.client([]))).status).toBe(200);
    clock.at += 60_000;
    expect((await org.loginAs(client)).status).toBe(200);
    await org.control('PUT', 'behaviour', { loginsPerMinute: null });
  });
});

describe('how long a token is valid, §4.2', () => {
  test('as long as its client says: 401 from then on', async () => {
    const client = await org.client([]);
    await org.control('PUT', `clients/${client.clientId}`, { expiresIn: 300 });
    const login = await org.loginAs(client);
    expect(login.body).toMatchObject({ expires_in: 300 });
    const token = z.object({ access_token: z.string() }).parse(login.body).access_token;
    clock.at += 299_999;
    expect((await me(token)).status).toBe(200);
    clock.at += 1;
    expect(orgErrorOf(await me(token))).toMatchObject({ status: 401, code: 'bad.credentials' });
  });

  test('clients are listed with what they may do, and without their secrets', async () => {
    const listed = z.object({ clients: z.array(z.unknown()) }).parse(await org.control('GET', 'clients'));
    expect(listed.clients[0]).toEqual({ clientId: oauthClient.clientId, scopes: anything(Array) });
    expect(JSON.stringify(listed)).not.toContain(oauthClient.clientSecret);
  });
});
