import { once } from 'node:events';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { TestOrg } from './fixture.ts';
import { oauthClient, orgErrorOf, startTestOrg } from './fixture.ts';
import { startOrg } from './org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

describe('starting and stopping', () => {
  test('a port in use rejects with the error of listen', async () => {
    const port = Number(new URL(org.url).port);
    await expect(startOrg({ port, oauthClient })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('the demo guest has the ids that the documentation shows', () => {
    expect(org.demo).toMatchObject({
      guestId: '90000000-0000-4000-8000-000000000001',
      guestToken: 'demo-guest-token-not-a-secret',
      conversationId: 'c0000000-0000-4000-8000-000000000001',
      participantId: 'a0000000-0000-4000-8000-000000000001',
      agentParticipantId: 'a0000000-0000-4000-8000-000000000002',
    });
  });

  test('close ends open sockets, long polls and delayed requests, and can be called twice', async () => {
    const own = await startTestOrg();
    const guest = await own.guest();
    await own.faults([{ on: 'login', delayMs: 600_000, times: 1 }]);
    const socket = await own.socket(guest);
    const closed = once(socket, 'close');
    const events = await fetch(`${own.url}/control/events`);
    const pending = Promise.allSettled([
      own.messages({ after: 1000, waitMs: 30_000 }),
      own.token(),
      events.text(),
    ]);
    await vi.waitFor(async () => {
      expect((await own.call('GET', '/control/faults')).body).toEqual({ faults: [] });
    }, 10_000);

    await Promise.all([own.close(), own.close()]);

    await closed;
    expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(fetch(own.url)).rejects.toThrow();
  });
});

describe('login', () => {
  test('client credentials give a bearer token for a day, another one each time', async () => {
    const reply = await org.loginAs(oauthClient);
    expect(reply).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 86_400 } });
    expect(await org.token()).not.toBe(await org.token());
  });

  test('the token says whose it is, and to a guest nothing', async () => {
    const whose = await org.call('GET', '/api/v2/tokens/me', { token: await org.token() });
    expect(whose).toMatchObject({ status: 200, body: { OAuthClient: { id: oauthClient.clientId } } });
    const asGuest = await org.call('GET', '/api/v2/tokens/me', { token: org.demo.guestToken });
    expect(asGuest.status).toBe(401);
  });

  test.each([
    ['a wrong secret', { clientId: 'relay', clientSecret: 'wrong' }],
    ['an unknown client', { clientId: '__proto__', clientSecret: 'relay-secret' }],
    ['an empty pair', { clientId: '', clientSecret: '' }],
  ])('%s is an OAuth error and not an ErrorBody', async (_name, client) => {
    const reply = await org.loginAs(client);
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
    expect(reply.body).toHaveProperty('description');
    expect(reply.body).toHaveProperty('error_description');
    expect(reply.body).not.toHaveProperty('contextId');
  });

  test('another grant is not offered', async () => {
    const reply = await org.loginAs(oauthClient, 'grant_type=password&username=u&password=p');
    expect(reply).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
  });
});

describe('guest creation', () => {
  test('answers the connection object with the socket URL, for a new conversation', async () => {
    const { status, body } = await org.call('POST', '/api/v2/webmessaging/guests', { body: {} });

    const { messages } = await org.messages({});
    const made = messages.at(-1);
    const listed = await org.call('GET', '/control/guests');
    const socketUrl = `${org.url.replace('http', 'ws')}/guests/${made?.guestId ?? ''}/socket?token=`;
    expect(status).toBe(200);
    expect(made).toMatchObject({ via: 'rest', status: 200, authorization: 'none' });
    expect(body).toMatchObject({ id: made?.guestId, conversationId: made?.conversationId });
    expect(JSON.stringify(body)).toContain(`"connection":{"socketUrl":"${socketUrl}`);
    expect(JSON.stringify(listed.body)).toContain(socketUrl);
  });
});

describe('the message endpoint, the dead end of the thread', () => {
  const path = '/api/v2/webmessaging/guests/messages';

  test('typingIndicator is answered with delivered and shows nothing', async () => {
    const guest = await org.guest();
    const body = { channelId: 'abc-123', type: 'text', content: '', typingIndicator: true };
    const reply = await org.call('POST', path, { token: guest.guestToken, body });
    expect(reply).toMatchObject({ status: 200, body: { status: 'delivered' } });
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false, messages: [] });
  });

  test('content appears at the agent and ends the bubble', async () => {
    const guest = await org.guest();
    await org.participant(guest, 'typing', await org.token());
    await org.call('POST', path, { token: guest.guestToken, body: { content: 'hello' } });
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false, messages: [{ text: 'hello' }] });
  });

  test.each(['PATCH', 'PUT', 'GET', 'DELETE'])('%s is not allowed', async (method) => {
    const reply = await org.call(method, path, { token: org.demo.guestToken });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('POST');
    expect(orgErrorOf(reply)).toMatchObject({ status: 405, code: 'method.not.allowed' });
  });

  test('needs a guest, and a message', async () => {
    const { guestToken } = await org.guest();
    const statuses = await Promise.all([
      org.call('POST', path, { body: { content: 'x' } }),
      org.call('POST', path, { token: await org.token(), body: { content: 'x' } }),
      org.call('POST', path, { token: guestToken, body: '{' }),
      org.call('POST', path, { token: guestToken, body: { content: 7 } }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 400, 400]);
  });
});

describe('what does not belong', () => {
  test.each([
    '/api/v2/conversations/messages/x/typing',
    '/api/v2/conversations//participants/x',
    '/api/',
    '/api',
    '/',
    '//',
    '/guests/x/socket',
    '/api/v2/webmessaging/guests/',
    '/controls',
  ])('%s is not found', async (path) => {
    const reply = await org.call('POST', path, { body: {} });
    expect(orgErrorOf(reply)).toMatchObject({ status: 404, code: 'not.found' });
  });

  test.each(['/api/v2/conversations/%zz', '/%', '/api/%C3%28'])('bad encoding in %s is 400', async (path) => {
    expect(orgErrorOf(await org.call('GET', path))).toMatchObject({ status: 400, code: 'bad.request' });
  });

  test('a body over 1 MB is 413, and the connection serves the next request', async () => {
    const path = '/api/v2/webmessaging/guests/messages';
    const body = JSON.stringify({ content: 'x'.repeat(1024 * 1024) });
    const reply = await org.call('POST', path, { token: org.demo.guestToken, body });
    expect(orgErrorOf(reply)).toMatchObject({ status: 413 });
    expect((await org.call('POST', '/control/faults', { body })).status).toBe(413);
    expect((await org.screen(org.demo)).messages).toEqual([]);
  });

  test.each([
    ['no HTTP at all', '\0\x01garbage\r\n\r\n'],
    ['a target that is no path', 'GET http://%%% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'a client that leaves in the middle',
      'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf',
    ],
    [
      'an upgrade to nothing known',
      'GET /api HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
  ])('%s does not crash the org', async (_name, text) => {
    const socket = connect(Number(new URL(org.url).port), '127.0.0.1');
    socket.on('error', () => socket.destroy());
    socket.resume();
    socket.end(text);
    await once(socket, 'close');
    expect(await org.token()).toEqual(expect.any(String));
  });
});
