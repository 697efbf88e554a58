import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { statusFor } from '../../fixture.ts';
import type { TestOrg } from '../fixture.ts';
import { oauthClient, sendFrame, startTestOrg, typingFrame, unknownId } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';
import type { OrgEvent } from '../org-events.ts';

let org: TestOrg;
let token: string;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
afterAll(() => org.close());

describe('recorded messages', () => {
  test('come oldest first, with who sent them and what was answered', async () => {
    const guest = await org.guest();
    const { last } = await org.messages({ waitMs: 0 });
    await org.token();
    await org.participant(guest, 'typing', guest.guestToken);
    const path = `/api/v2/conversations/${guest.conversationId}`;
    await org.call('GET', `${path}?expand=x`, { token });
    const page = await org.messages({ after: last });
    expect(page.last).toBe(last + 3);
    expect(page.messages).toMatchObject([
      { seq: last + 1, via: 'login', path: '/oauth/token', status: 200, authorization: 'basic' },
      { seq: last + 2, via: 'rest', method: 'POST', authorization: 'guest', body: { state: 'typing' } },
      { seq: last + 3, via: 'rest', method: 'GET', path, status: 200, authorization: 'service', body: '' },
    ]);
    expect(page.messages[1]).toMatchObject({ conversationId: guest.conversationId, guestId: guest.guestId });
  });

  test('never hold a credential', async () => {
    const own = await startTestOrg();
    const guest = await own.guest();
    const access = await own.token();
    await own.loginAs(oauthClient, `grant_type=client_credentials&client_secret=${oauthClient.clientSecret}`);
    await own.participant(guest, 'typing', access);
    const path = '/api/v2/webmessaging/guests/messages';
    await own.call('POST', path, { token: guest.guestToken, body: `not json ${guest.guestToken}` });
    await own.call('POST', path, {
      token: 'made-up-token',
      body: { content: 'made-up-token', token: 'hidden-a' },
    });
    const socket = await own.socket(guest);
    sendFrame(socket, { type: 'x', deep: { token: guest.guestToken, accessToken: 'hidden-b' } });
    sendFrame(socket, `no json ${guest.guestToken}`);
    const page = await own.messages({ count: 8 });
    const text = JSON.stringify(page);
    expect(page.messages).toHaveLength(8);
    for (const secret of [guest.guestToken, access, oauthClient.clientSecret, 'made-up-token', 'hidden-']) {
      expect(text).not.toContain(secret);
    }
    await own.close();
  });

  test('the long poll answers once enough of the conversation has come', async () => {
    const guest = await org.guest();
    const other = await org.guest();
    const polled = org.messages({ conversationId: guest.conversationId, count: 2, waitMs: 30_000 });
    await org.participant(guest, 'typing', token);
    await org.participant(other, 'typing', token);
    await org.participant(guest, 'connected', token);
    const { messages } = await polled;
    expect(messages).toMatchObject([{ body: { state: 'typing' } }, { body: { state: 'connected' } }]);
  });

  test('the long poll answers with what there is when its time is over', async () => {
    const guest = await org.guest();
    await org.participant(guest, 'typing', token);
    const page = await org.messages({ conversationId: guest.conversationId, count: 5, waitMs: 50 });
    expect(page.messages).toHaveLength(1);
  });

  test('a poll that does not wait answers at once, also past the end', async () => {
    expect(await org.messages({ after: 1_000_000, waitMs: 0 })).toMatchObject({ messages: [] });
  });

  test('a long body is cut', async () => {
    const guest = await org.guest();
    const body = { content: 'x'.repeat(20_000) };
    await org.call('POST', '/api/v2/webmessaging/guests/messages', { token: guest.guestToken, body });
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    expect(String(messages[0]?.body)).toHaveLength(16_385);
  });

  test.each(['waitMs=30001', 'waitMs=x', 'count=0', 'after=-1', 'after=1.5', 'conversation=x'])(
    'query %s is refused',
    async (query) => {
      expect((await org.call('GET', `/control/messages?${query}`)).status).toBe(400);
    },
  );
});

describe('events', () => {
  /** Reads server-sent events until there are so many. */
  async function readEvents(response: Response, count: number): Promise<unknown[]> {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined) throw new Error('the stream ended');
      text += value;
      const lines = text.split('\n\n').filter((line) => line.startsWith('data: '));
      if (lines.length >= count) return lines.map((line): unknown => JSON.parse(line.slice(6)));
    }
  }

  test('tell of each message and each change of the screen, over HTTP and to a listener', async () => {
    const own = await startTestOrg();
    const heard: OrgEvent[] = [];
    const stop = own.onEvent((event) => heard.push(event));
    const response = await fetch(`${own.url}/control/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const guest = await own.guest();
    const socket = await own.socket(guest);
    sendFrame(socket, typingFrame(true));
    sendFrame(socket, typingFrame(true));
    sendFrame(socket, { type: 'message', data: { text: 'hello' } });
    const events = await readEvents(response, 6);
    const { conversationId } = guest;
    expect(events).toMatchObject([
      { type: 'message', message: { via: 'upgrade', status: 101 } },
      { type: 'message', message: { via: 'socket' } },
      { type: 'screen', conversationId, guestTyping: true, messages: [] },
      { type: 'message', message: { via: 'socket' } },
      { type: 'message', message: { via: 'socket' } },
      { type: 'screen', conversationId, guestTyping: false, messages: [{ text: 'hello' }] },
    ]);
    expect(heard).toEqual(events);
    stop();
    await own.token();
    expect(heard).toHaveLength(6);
    await own.close();
  });
});

describe('the API itself', () => {
  let guest: GuestRecord;
  beforeAll(async () => {
    guest = await org.guest();
  });

  test('a new guest is 201 and listed', async () => {
    const made = await org.call('POST', '/control/guests', { body: 'anything' });
    const listed = await org.call('GET', '/control/guests');
    expect(made.status).toBe(201);
    expect(listed.body).toHaveProperty('guests', expect.arrayContaining([org.demo, made.body]));
  });

  test("a conversation is what is on the agent's screen", async () => {
    const reply = await org.call('GET', `/control/conversations/${guest.conversationId}`);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        conversationId: guest.conversationId,
        guestTyping: false,
        messages: [],
        participants: [
          { id: guest.participantId, purpose: 'customer' },
          { id: guest.agentParticipantId, purpose: 'agent' },
        ],
      },
    });
  });

  test.each([
    ['another host', { Host: 'evil.example' }],
    ['a host that only begins like this one', { Host: '127.0.0.1.evil.example:80' }],
    ['a web page', { Origin: 'https://evil.example' }],
    ['the page of another local port', { Origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { Origin: 'null' }],
  ])('%s may not call it', async (_who, headers) => {
    const before = (await org.call('GET', '/control/guests')).body;
    for (const method of ['POST', 'GET']) {
      expect(await statusFor(`${org.url}/control/guests`, method, headers)).toBe(403);
    }
    expect((await org.call('GET', '/control/guests')).body).toEqual(before);
  });

  test.each([
    { Host: 'localhost:80' },
    { Host: '127.0.0.1' },
    { Host: 'localhost', Origin: 'http://localhost' },
  ])('a caller with %o may', async (headers) => {
    expect(await statusFor(`${org.url}/control/guests`, 'GET', headers)).toBe(200);
  });

  test('no web page is invited', async () => {
    for (const path of ['/control/guests', '/control/nothing', '/control/events']) {
      const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'PUT' };
      for (const method of ['OPTIONS', 'GET']) {
        const answer = await fetch(org.url + path, { method, headers });
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(answer.status).toBe(403);
      }
    }
  });

  test.each(['/control', '/control/', '/control/nothing', '/control/guests/x'])(
    '%s is not found, and the answer lists what there is',
    async (path) => {
      const reply = await org.call('GET', path);
      expect(reply.status).toBe(404);
      expect(reply.body).toHaveProperty('endpoints', expect.arrayContaining(['PUT /control/faults']));
    },
  );

  test.each<[string, string, unknown, number]>([
    ['GET', `/control/conversations/${unknownId}`, undefined, 404],
    ['GET', `/control/sockets?conversationId=${unknownId}`, undefined, 404],
    ['POST', '/control/sockets/close', { conversationId: unknownId, how: 'close' }, 404],
    ['POST', '/control/sockets/close', { conversationId: unknownId, how: 'gently' }, 400],
    ['POST', '/control/clients', { scopes: 'conversation:write' }, 400],
    ['POST', '/control/clients', undefined, 400],
    ['PUT', '/control/clients/nobody', { scopes: [] }, 404],
    ['DELETE', '/control/guests', undefined, 405],
    ['GET', '/control/%zz', undefined, 400],
  ])('%s %s with %j is %i', async (method, path, body, status) => {
    const reply = await org.call(method, path, { body });
    expect(reply.status).toBe(status);
    expect(reply.body).toHaveProperty('error');
  });

  test('sockets of the whole org are counted', async () => {
    await org.socket(guest);
    expect(await org.call('GET', '/control/sockets')).toMatchObject({ body: { open: 1, opened: 1 } });
  });
});
