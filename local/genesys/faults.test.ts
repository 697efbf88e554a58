import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { TestOrg } from './fixture.ts';
import {
  oauthClient,
  orgErrorOf,
  refusal,
  sendFrame,
  startTestOrg,
  typingFrame,
  unknownId,
} from './fixture.ts';

let org: TestOrg;
let token: string;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
afterEach(() => org.call('DELETE', '/control/faults'));
afterAll(() => org.close());

describe('on REST calls', () => {
  test.each([
    [401, 'bad.credentials'],
    [403, 'missing.any.permissions'],
    [404, 'conversation.error.conversation.not.found'],
    [405, 'method.not.allowed'],
    [429, 'too.many.requests'],
    [500, 'internal.server.error'],
    [503, 'service.unavailable'],
    [418, 'bad.request'],
  ])('status %i answers so, with code %s', async (status, code) => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', status }]);
    const reply = await org.participant(guest, 'typing', token);
    expect(reply.status).toBe(status);
    expect(orgErrorOf(reply)).toMatchObject({ status, code });
    expect((await org.screen(guest)).guestTyping).toBe(false);
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    expect(messages).toMatchObject([{ via: 'rest', status, authorization: 'service' }]);
  });

  test('429 says how long to wait, in seconds', async () => {
    await org.faults([
      { on: 'participant', status: 429, times: 1 },
      { on: 'participant', status: 429, retryAfter: 7 },
    ]);
    const usual = await org.participant(org.demo, 'typing', token);
    const told = await org.participant(org.demo, 'typing', token);
    expect(usual.headers.get('retry-after')).toBe('1');
    expect(told.headers.get('retry-after')).toBe('7');
  });

  test('405 offers the PATCH of the published API', async () => {
    await org.faults([{ on: 'participant', status: 405 }]);
    expect((await org.participant(org.demo, 'typing', token)).headers.get('allow')).toBe('PATCH');
  });

  test('403 names the scope that this caller would need, or the permissions of the fault', async () => {
    await org.faults([
      { on: 'participant', status: 403, times: 2 },
      { on: 'participant', status: 403, permissions: 'a:b', errorCode: 'missing.permissions' },
    ]);
    const { guestToken } = org.demo;
    const service = orgErrorOf(await org.participant(org.demo, 'typing', token));
    const guest = orgErrorOf(await org.participant(org.demo, 'typing', guestToken));
    const told = orgErrorOf(await org.participant(org.demo, 'typing', token));
    expect(service.messageParams.permissions).toBe('conversation:write');
    expect(guest.messageParams.permissions).toBe('webmessaging:guest:write');
    expect(told).toMatchObject({ code: 'missing.permissions', messageParams: { permissions: 'a:b' } });
  });

  test('times uses a fault up, and the list tells what is left', async () => {
    await org.faults([
      { on: 'participant', status: 500, times: 2 },
      { on: 'conversation', status: 404 },
    ]);
    expect((await org.participant(org.demo, 'connected', token)).status).toBe(500);
    const left = await org.call('GET', '/control/faults');
    expect(left.body).toEqual({
      faults: [
        { scope: null, on: 'participant', status: 500, times: 1 },
        { scope: null, on: 'conversation', status: 404 },
      ],
    });
    expect((await org.participant(org.demo, 'connected', token)).status).toBe(500);
    expect((await org.participant(org.demo, 'connected', token)).status).toBe(200);
    const path = `/api/v2/conversations/${org.demo.conversationId}`;
    expect((await org.call('GET', path, { token })).status).toBe(404);
    expect((await org.call('GET', path, { token })).status).toBe(404);
  });

  test('drop ends the connection without an answer, recorded with status 0', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', drop: true, times: 1 }]);
    await expect(org.participant(guest, 'typing', token)).rejects.toThrow();
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    expect(messages).toMatchObject([{ via: 'rest', status: 0, body: { state: 'typing' } }]);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a delay alone goes on as usual, later than a call that came after it', async () => {
    const slow = await org.guest();
    const fast = await org.guest();
    await org.faults([{ on: 'participant', delayMs: 400 }], slow.conversationId);
    const order: string[] = [];
    await Promise.all([
      org.participant(slow, 'typing', token).then(() => order.push('slow')),
      org.participant(fast, 'typing', token).then(() => order.push('fast')),
    ]);
    expect(order).toEqual(['fast', 'slow']);
    expect((await org.screen(slow)).guestTyping).toBe(true);
    const { messages } = await org.messages({ conversationId: slow.conversationId });
    expect(Date.parse(messages[0]?.at ?? '')).toBeLessThanOrEqual(Date.now() - 350);
  });

  test('a delay with a status answers so afterwards', async () => {
    await org.faults([{ on: 'participant', delayMs: 100, status: 503 }]);
    const start = performance.now();
    expect((await org.participant(org.demo, 'typing', token)).status).toBe(503);
    expect(performance.now() - start).toBeGreaterThan(90);
  });

  test('any hits every interface of the org, and not the control API', async () => {
    await org.faults([{ on: 'any', status: 503 }]);
    const statuses = await Promise.all([
      org.participant(org.demo, 'typing', token),
      org.call('POST', '/api/v2/webmessaging/guests'),
      org.call('GET', '/api/v2/nothing'),
      org.loginAs(oauthClient),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect(await refusal(org.demo.socketUrl)).toBe(503);
    expect((await org.call('GET', '/control/faults')).status).toBe(200);
  });
});

describe('on the login', () => {
  test('its rate limit is a 400', async () => {
    await org.faults([{ on: 'login', status: 429, times: 1 }]);
    const reply = await org.loginAs(oauthClient);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: 'invalid_request', description: 'rate limit exceeded' });
    expect((await org.loginAs(oauthClient)).status).toBe(200);
  });

  test('other statuses keep the form of OAuth', async () => {
    await org.faults([{ on: 'login', status: 500, errorCode: 'oops' }]);
    expect(await org.loginAs(oauthClient)).toMatchObject({ status: 500, body: { error: 'oops' } });
  });
});

describe('of one conversation', () => {
  test('leaves the others alone, comes before those of the org, and is removed alone', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', status: 500 }]);
    await org.faults([{ on: 'participant', status: 404 }], guest.conversationId);
    expect((await org.participant(guest, 'typing', token)).status).toBe(404);
    expect((await org.participant(org.demo, 'typing', token)).status).toBe(500);
    const scope = `/control/faults?scope=${guest.conversationId}`;
    expect(await org.call('GET', scope)).toMatchObject({
      body: { faults: [{ scope: guest.conversationId, status: 404 }] },
    });
    expect((await org.call('DELETE', scope)).body).toEqual({ removed: 1 });
    expect((await org.participant(guest, 'typing', token)).status).toBe(500);
    expect((await org.call('DELETE', '/control/faults')).body).toEqual({ removed: 1 });
    expect((await org.participant(guest, 'typing', token)).status).toBe(200);
  });

  test('replaces its own list only', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', status: 500 }]);
    await org.faults([{ on: 'participant', status: 404 }], guest.conversationId);
    await org.faults([], guest.conversationId);
    expect((await org.participant(guest, 'typing', token)).status).toBe(500);
  });
});

describe('on the guest socket', () => {
  test('an upgrade is refused with the status, or dropped, or delayed', async () => {
    const guest = await org.guest();
    await org.faults(
      [
        { on: 'upgrade', status: 429, times: 1 },
        { on: 'upgrade', drop: true, times: 1 },
        { on: 'upgrade', delayMs: 50, times: 1 },
      ],
      guest.conversationId,
    );
    expect(await refusal(guest.socketUrl)).toBe(429);
    expect(await refusal(guest.socketUrl)).toBe(0);
    const socket = await org.socket(guest);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 3 });
    expect(messages.map(({ status }) => status)).toEqual([429, 0, 101]);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  test('a dropped frame ends the socket unread', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    await org.faults([{ on: 'frame', drop: true, times: 1 }], guest.conversationId);
    sendFrame(socket, typingFrame(true));
    sendFrame(socket, typingFrame(true));
    expect((await once(socket, 'close'))[0]).toBe(1006);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages.slice(1)).toMatchObject([{ via: 'socket', status: 0, body: { type: 'typing' } }]);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a delayed frame is handled later, and those behind it after it', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    await org.faults([{ on: 'frame', delayMs: 100, times: 1 }], guest.conversationId);
    sendFrame(socket, typingFrame(true));
    sendFrame(socket, typingFrame(false));
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 3 });
    expect(messages.slice(1).map(({ body }) => body)).toEqual([typingFrame(true), typingFrame(false)]);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a status on any does not touch frames', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    await org.faults([{ on: 'any', status: 500, times: 1 }], guest.conversationId);
    sendFrame(socket, typingFrame(true));
    await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect((await org.screen(guest)).guestTyping).toBe(true);
    expect((await org.participant(guest, 'typing', token)).status).toBe(500);
  });
});

describe('a list of faults that makes no sense is refused, and says why', () => {
  test.each<[string, unknown, RegExp]>([
    ['no list', {}, /faults/],
    ['no body', undefined, /JSON body/],
    ['no JSON', '{', /JSON body/],
    ['an interface that is none', { faults: [{ on: 'logn', status: 500 }] }, /login.*participant/],
    ['a name with a typo', { faults: [{ on: 'login', satus: 500 }] }, /satus/],
    ['nothing to do', { faults: [{ on: 'login' }] }, /needs status, delayMs or drop/],
    ['a status that is no error', { faults: [{ on: 'login', status: 200 }] }, />=400/],
    ['no time at all', { faults: [{ on: 'login', status: 500, times: 0 }] }, />=1/],
    ['drop and an answer', { faults: [{ on: 'login', status: 500, drop: true }] }, /no status/],
    ['a frame with a status', { faults: [{ on: 'frame', status: 500 }] }, /frame has no status/],
  ])('%s', async (_name, body, reason) => {
    const reply = await org.call('PUT', '/control/faults', { body });
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body)).toMatch(reason);
    expect((await org.call('GET', '/control/faults')).body).toEqual({ faults: [] });
  });

  test('a login in the scope of a conversation, or the scope of none', async () => {
    const login = [{ on: 'login', status: 500 }];
    expect(await org.faults(login, org.demo.conversationId)).toMatchObject({ status: 400 });
    expect(await org.faults([], unknownId)).toMatchObject({ status: 404 });
  });
});
