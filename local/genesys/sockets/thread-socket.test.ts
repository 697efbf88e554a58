import { once } from 'node:events';
import { get } from 'node:http';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { TestOrg } from '../fixture.ts';
import { refusal, sendFrame, startTestOrg, typingFrame, unknownId } from '../fixture.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

describe('the upgrade', () => {
  test('the socket URL of a guest opens, and each opening is counted', async () => {
    const guest = await org.guest();
    const path = `/control/sockets?conversationId=${guest.conversationId}`;
    const socket = await org.socket(guest);
    await org.socket(guest);
    expect((await org.call('GET', path)).body).toEqual({ open: 2, opened: 2 });
    socket.close();
    await vi.waitFor(async () => {
      expect((await org.call('GET', path)).body).toEqual({ open: 1, opened: 2 });
    }, 10_000);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages[0]).toMatchObject({
      via: 'upgrade',
      status: 101,
      path: `/guests/${guest.guestId}/socket`,
      guestId: guest.guestId,
      authorization: 'guest',
    });
  });

  test('an unknown guest, a wrong token and no token are 403, another path is 404', async () => {
    const { socketUrl, guestId } = await org.guest();
    const other = await org.guest();
    const bare = socketUrl.slice(0, socketUrl.indexOf('?'));
    expect(await refusal(socketUrl.replace(guestId, unknownId))).toBe(403);
    expect(await refusal(socketUrl.replace(guestId, other.guestId))).toBe(403);
    expect(await refusal(bare)).toBe(403);
    expect(await refusal(`${bare}?token=`)).toBe(403);
    expect(await refusal(`${bare}/more`)).toBe(404);
    expect(await refusal(`${org.url.replace('http', 'ws')}/%zz`)).toBe(404);
  });

  test('a handshake that is none is refused', async () => {
    const { socketUrl, conversationId } = await org.guest();
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    const status = await new Promise((resolve, reject) => {
      get(socketUrl.replace('ws:', 'http:'), { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(400);
    const { messages } = await org.messages({ conversationId });
    expect(messages).toMatchObject([{ via: 'upgrade', status: 400 }]);
  });
});

describe('frames', () => {
  test("typing shows the bubble and clears it, as in the thread's payload", async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    sendFrame(socket, typingFrame(true));
    const { messages, last } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages[1]).toMatchObject({
      via: 'socket',
      body: { type: 'typing', data: { isTyping: true } },
      guestId: guest.guestId,
    });
    expect((await org.screen(guest)).guestTyping).toBe(true);
    sendFrame(socket, typingFrame(false));
    await org.messages({ conversationId: guest.conversationId, after: last });
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('the bubble is held when the socket closes', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    sendFrame(socket, typingFrame(true));
    socket.close();
    await once(socket, 'close');
    await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect((await org.screen(guest)).guestTyping).toBe(true);
  });

  test('a message appears and ends the bubble', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    sendFrame(socket, typingFrame(true));
    sendFrame(socket, { type: 'message', data: { text: 'hello' } });
    await org.messages({ conversationId: guest.conversationId, count: 3 });
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false, messages: [{ text: 'hello' }] });
  });

  test('anything else is recorded and ignored in silence', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    const answered = vi.fn();
    socket.on('message', answered);
    const frames = [
      'not json',
      '',
      'null',
      { type: 'typing' },
      { type: 'typing', data: { isTyping: 'true' } },
      { type: 'message', data: { text: '' } },
      { action: 'onMessage', token: guest.guestToken },
      Buffer.from(JSON.stringify(typingFrame(true))),
    ];
    for (const frame of frames) sendFrame(socket, frame);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 9 });
    expect(messages.slice(1).map(({ body }) => body)).toEqual([
      'not json',
      '',
      null,
      { type: 'typing' },
      { type: 'typing', data: { isTyping: 'true' } },
      { type: 'message', data: { text: '' } },
      { action: 'onMessage', token: '[redacted]' },
      '[binary]',
    ]);
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false, messages: [] });
    socket.ping();
    await once(socket, 'pong');
    expect(answered).not.toHaveBeenCalled();
  });

  test('a frame over 1 MB ends the socket and nothing else', async () => {
    const guest = await org.guest();
    const socket = await org.socket(guest);
    sendFrame(socket, 'x'.repeat(1024 * 1024 + 1));
    await once(socket, 'close');
    expect((await org.screen(guest)).messages).toEqual([]);
  });
});

describe('closing a socket from the org', () => {
  test.each([
    ['close', 1000],
    ['terminate', 1006],
  ])('%s ends every socket of the guest and of no other', async (how, expected) => {
    const guest = await org.guest();
    const other = await org.guest();
    const closed = (await Promise.all([org.socket(guest), org.socket(guest)])).map((socket) =>
      once(socket, 'close'),
    );
    await org.socket(other);
    const body = { conversationId: guest.conversationId, how };
    expect((await org.call('POST', '/control/sockets/close', { body })).body).toEqual({ closed: 2 });
    for (const [code] of await Promise.all(closed)) expect(code).toBe(expected);
    const left = await org.call('GET', `/control/sockets?conversationId=${other.conversationId}`);
    expect(left.body).toEqual({ open: 1, opened: 1 });
  });
});
