import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { Reply, TestOrg } from './fixture.ts';
import { orgErrorOf, refusal, startTestOrg } from './fixture.ts';
import type { GuestRecord } from './guest-record.ts';
import { configureSession, echo, join, openSocket, typing } from './web-messaging/fixture.ts';

/** Faults on the published interfaces; those on the thread's are in faults.test.ts. */

let org: TestOrg;
let token: string;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
afterEach(() => org.call('DELETE', '/control/faults'));
afterAll(() => org.close());

const postTyping = ({ conversationId, agentCommunicationId }: GuestRecord): Promise<Reply> =>
  org.call(
    'POST',
    `/api/v2/conversations/messages/${conversationId}/communications/${agentCommunicationId}/typing`,
    { token, body: { typing: { type: 'On' } } },
  );

const postEvent = ({ integrationId, openUserId }: GuestRecord): Promise<Reply> =>
  org.call('POST', `/api/v2/conversations/messages/${integrationId}/inbound/open/event`, {
    token,
    body: {
      channel: { from: { id: openUserId, idType: 'Opaque' }, time: new Date().toISOString() },
      events: [{ eventType: 'Typing' }],
    },
  });

describe('on REST calls', () => {
  test('typing: in the scope of its conversation, with the permissions that the call needs', async () => {
    const [guest, other] = [await org.guest(), await org.guest()];
    await org.faults(
      [
        { on: 'typing', status: 403, times: 1 },
        { on: 'typing', status: 404 },
      ],
      guest.conversationId,
    );
    const refused = orgErrorOf(await postTyping(guest));
    expect(refused.messageParams.permissions).toBe(
      'conversation:message:create, conversation:webmessaging:create',
    );
    expect(orgErrorOf(await postTyping(guest)).code).toBe('conversation.error.conversation.not.found');
    expect((await postTyping(other)).status).toBe(202);
    expect((await org.screen(guest)).agentTyping).toBe(false);
  });

  test('open-event: in the scope of its guest’s conversation, which its body names', async () => {
    const [guest, other] = [await org.openGuest(), await org.openGuest()];
    await org.faults(
      [
        { on: 'open-event', status: 403, times: 1 },
        { on: 'open-event', status: 429 },
      ],
      guest.conversationId,
    );
    const refused = orgErrorOf(await postEvent(guest));
    expect(refused).toMatchObject({ code: 'missing.permissions' });
    expect(refused.messageParams.permissions).toBe('conversation:message:receive');
    expect((await postEvent(guest)).headers.get('retry-after')).toBe('1');
    expect((await postEvent(other)).status).toBe(200);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });
});

describe('on the guest socket of web messaging', () => {
  test('an upgrade is refused or dropped, of one deployment or of all', async () => {
    const [guest, other] = [await org.guestOfDeployment({}), await org.guest()];
    await org.faults(
      [
        { on: 'web-messaging-upgrade', status: 503, times: 1 },
        { on: 'web-messaging-upgrade', drop: true, times: 1 },
      ],
      guest.deploymentId,
    );
    expect((await openSocket(other)).socket.readyState).toBe(1);
    expect(await refusal(guest.webMessagingUrl)).toBe(503);
    expect(await refusal(guest.webMessagingUrl)).toBe(0);
    expect((await openSocket(guest)).socket.readyState).toBe(1);
    await org.faults([{ on: 'web-messaging-upgrade', status: 429, times: 1 }]);
    expect(await refusal(other.webMessagingUrl)).toBe(429);
  });

  test('a frame is answered with a code, of one action where that is set, and not followed', async () => {
    const guest = await org.guest();
    await org.faults(
      [
        { on: 'web-messaging-frame', action: 'onMessage', status: 4029, retryAfter: 3, times: 1 },
        {
          on: 'web-messaging-frame',
          action: 'onMessage',
          status: 403,
          errorCode: 'Try to authenticate again',
          times: 1,
        },
        { on: 'web-messaging-frame', action: 'onMessage', status: 4006, times: 1 },
      ],
      guest.conversationId,
    );
    const client = await join(guest);
    expect(await client.ask(typing(guest))).toMatchObject({
      class: 'TooManyRequestsErrorMessage',
      code: 429,
      body: { retryAfter: 3, errorCode: 4029 },
    });
    expect(await client.ask(typing(guest, { tracingId: 'mine' }))).toEqual({
      type: 'response',
      class: 'string',
      code: 403,
      body: 'Try to authenticate again',
      tracingId: 'mine',
    });
    expect(await client.ask(typing(guest))).toMatchObject({ class: 'string', code: 4006 });
    expect((await org.screen(guest)).guestTyping).toBe(false);
    client.send(typing(guest));
    await org.screenWith(guest, { guestTyping: true });
  });

  test('a frame is dropped with its socket', async () => {
    const guest = await org.guest();
    await org.faults(
      [{ on: 'web-messaging-frame', action: 'onMessage', drop: true, times: 1 }],
      guest.conversationId,
    );
    const client = await join(guest);
    client.send(typing(guest));
    client.send(typing(guest));
    expect((await once(client.socket, 'close'))[0]).toBe(1006);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages).toMatchObject([
      { body: { action: 'configureSession' } },
      { status: 0, body: { action: 'onMessage' } },
    ]);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a frame is delayed with those behind it, and later than one that came after it elsewhere', async () => {
    const [slow, fast] = [await org.guest(), await org.guest()];
    const [late, early] = [await openSocket(slow), await openSocket(fast)];
    const delay = { on: 'web-messaging-frame', action: 'configureSession', delayMs: 400, times: 1 };
    await org.faults([delay], slow.conversationId);
    const order: string[] = [];
    late.send(configureSession(slow));
    late.send(echo(slow));
    const told = late.next().then(({ class: name }) => order.push(`late ${name}`));
    await early.ask(configureSession(fast)).then(({ class: name }) => order.push(`early ${name}`));
    await told;
    expect(order).toEqual(['early SessionResponse', 'late SessionResponse']);
    expect(await late.next()).toMatchObject({ class: 'StructuredMessage' });
  });

  test('a status on any does not touch its frames', async () => {
    const guest = await org.guest();
    const client = await join(guest);
    await org.faults([{ on: 'any', status: 500 }], guest.conversationId);
    expect(await client.ask(echo(guest))).toMatchObject({ code: 200 });
  });
});

test.each<[string, object, RegExp]>([
  ['a code over 599 elsewhere', { on: 'typing', status: 4006 }, /for web-messaging-frame only/],
  ['an action elsewhere', { on: 'typing', status: 500, action: 'echo' }, /action is for web-messaging-frame/],
])('%s is refused', async (_name, fault, reason) => {
  const reply = await org.faults([fault]);
  expect(reply.status).toBe(400);
  expect(JSON.stringify(reply.body)).toMatch(reason);
});

test('an upgrade is in the scope of a deployment and of no conversation, all else the other way round', async () => {
  const { conversationId, deploymentId } = org.demo;
  const upgrade = [{ on: 'web-messaging-upgrade', status: 500 }];
  const frame = [{ on: 'web-messaging-frame', status: 500 }];
  expect((await org.faults(upgrade, conversationId)).status).toBe(400);
  expect((await org.faults(frame, deploymentId)).status).toBe(400);
  expect((await org.faults(upgrade, deploymentId)).status).toBe(200);
});
