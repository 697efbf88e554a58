import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../../fixture.ts';
import type { Reply, TestOrg } from '../fixture.ts';
import { orgErrorOf, startTestOrg, unknownId } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';

/** `POST /api/v2/conversations/messages/{integrationId}/inbound/open/event`, §3.2. */

let org: TestOrg;
let token: string;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
beforeEach(async () => {
  guest = await org.openGuest();
});
afterEach(() =>
  org.control('PUT', 'behaviour', {
    displayMs: 5000,
    openEventDisabledStatus: 200,
    openEventExtraFields: 'refused',
  }),
);
afterAll(() => org.close());

const time = '2026-01-01T00:00:00.000Z';
const from = (id: string, more: object = {}): object => ({ id, idType: 'Opaque', ...more });
const eventFrom = (id: string): object => ({
  channel: { from: from(id, { nickname: 'Guest' }), time },
  events: [{ eventType: 'Typing' }],
});

function post(body: unknown, options: { by?: string; integrationId?: string } = {}): Promise<Reply> {
  const integrationId = options.integrationId ?? guest.integrationId;
  const path = `/api/v2/conversations/messages/${integrationId}/inbound/open/event`;
  return org.call('POST', path, { token: options.by ?? token, body });
}

const integration = (change: object): Promise<unknown> =>
  org.control('PUT', `integrations/${guest.integrationId}`, change);

const guests = async (): Promise<number> =>
  z.object({ guests: z.array(z.unknown()) }).parse(await org.control('GET', 'guests')).guests.length;

describe('a guest’s typing', () => {
  test('shows in its conversation for a time, and is answered with the normalized message', async () => {
    await org.control('PUT', 'behaviour', { displayMs: 20 });
    const shown = org.screenWith(guest, { guestTyping: true });
    const reply = await post(eventFrom(guest.openUserId));
    expect(reply).toMatchObject({
      status: 200,
      body: {
        id: anything(String),
        channel: {
          id: guest.integrationId,
          platform: 'Open',
          type: 'Private',
          from: { id: guest.openUserId, idType: 'Opaque', nickname: 'Guest' },
          to: { id: guest.integrationId },
          time,
        },
        type: 'Event',
        events: [{ eventType: 'Typing' }],
      },
    });
    await shown;
    await org.screenWith(guest, { guestTyping: false });
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    expect(messages).toMatchObject([{ via: 'rest', status: 200, guestId: guest.guestId }]);
  });

  test('begins a conversation where there is none, and stays in that one', async () => {
    const openUserId = randomUUID();
    const { last } = await org.messages({ waitMs: 0 });
    await post(eventFrom(openUserId));
    await post(eventFrom(openUserId));
    const { messages } = await org.messages({ after: last, count: 2 });
    const { conversationId = '' } = messages[0] ?? {};
    expect(conversationId).not.toBe(guest.conversationId);
    expect(messages[1]?.conversationId).toBe(conversationId);
    expect(org.currentScreen(conversationId)?.guestTyping).toBe(true);
    const conversation = await org.call('GET', `/api/v2/conversations/${conversationId}`, { token });
    expect(conversation.body).toMatchObject({ participants: [{ messages: [{ type: 'open' }] }, {}] });
  });

  test('begins another one once that has ended, and under another integration', async () => {
    const before = await guests();
    await org.control('POST', 'sessions', { conversationId: guest.conversationId, how: 'end' });
    await post(eventFrom(guest.openUserId));
    expect(await guests()).toBe(before + 1);
    const other = await org.openGuest();
    await post(eventFrom(guest.openUserId), { integrationId: other.integrationId });
    expect(await guests()).toBe(before + 3);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('is answered as usual and shows nothing while the messaging setting is off, or refused where that is set', async () => {
    await integration({ inbound: 'Disabled' });
    expect((await post(eventFrom(guest.openUserId))).status).toBe(200);
    expect((await org.screen(guest)).guestTyping).toBe(false);
    await org.control('PUT', 'behaviour', { openEventDisabledStatus: 403 });
    expect(orgErrorOf(await post(eventFrom(guest.openUserId))).status).toBe(403);
    await integration({ inbound: 'Enabled', outbound: 'Disabled' });
    expect((await post(eventFrom(guest.openUserId))).status).toBe(200);
    expect((await org.screen(guest)).guestTyping).toBe(true);
  });
});

describe('what is refused', () => {
  const good = { from: from('someone'), time };
  const events = [{ eventType: 'Typing' }];

  test.each<[string, unknown, string]>([
    ['no body', '', ''],
    ['no channel', { events }, 'channel'],
    ['no sender', { channel: { time }, events }, 'channel.from'],
    ['no idType', { channel: { from: { id: 'x' }, time }, events }, 'channel.from.idType'],
    [
      'an idType that is none',
      { channel: { from: from('x', { idType: 'Name' }), time }, events },
      'channel.from.idType',
    ],
    ['no time', { channel: { from: from('x') }, events }, 'channel.time'],
    ['a time that is none', { channel: { from: from('x'), time: 'now' }, events }, 'channel.time'],
    ['no events', { channel: good }, 'events'],
    ['an empty list', { channel: good, events: [] }, 'events'],
    ['an event that is none', { channel: good, events: [{ eventType: 'Presence' }] }, 'events.0.eventType'],
    [
      'a typing object',
      { channel: good, events: [{ eventType: 'Typing', typing: { type: 'On' } }] },
      'events.0',
    ],
    ['a receiver', { channel: { ...good, to: { id: 'x' } }, events }, 'channel'],
    ['a type', { channel: good, events, type: 'Event' }, ''],
  ])('%s is 400', async (_name, body, fieldName) => {
    const reply = await post(body);
    expect(orgErrorOf(reply)).toMatchObject({ status: 400, code: 'bad.request' });
    expect(reply.body).toMatchObject({ details: [{ fieldName }] });
  });

  test('fields that third parties send beside are taken where that is set', async () => {
    await org.control('PUT', 'behaviour', { openEventExtraFields: 'ignored' });
    const channel = { ...good, platform: 'Open', type: 'Private', to: { id: guest.integrationId } };
    expect((await post({ channel, events })).status).toBe(200);
  });

  test('an unknown integration is 404', async () => {
    const reply = await post(eventFrom('someone'), { integrationId: unknownId });
    expect(orgErrorOf(reply)).toMatchObject({ status: 404, code: 'not.found' });
  });

  test('without conversation:message:receive it is 403 and says so', async () => {
    const by = await org.token(await org.client(['conversation:message:create']));
    const refused = orgErrorOf(await post(eventFrom('someone'), { by }));
    expect(refused).toMatchObject({ status: 403, code: 'missing.permissions' });
    expect(refused.messageParams.permissions).toBe('conversation:message:receive');
  });
});
