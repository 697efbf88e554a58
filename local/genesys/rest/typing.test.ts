import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import type { Reply, TestOrg } from '../fixture.ts';
import { orgErrorOf, startTestOrg, unknownId } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';
import { guestRecord } from '../guest-record.ts';
import { join } from '../web-messaging/fixture.ts';

/** `POST /api/v2/conversations/messages/{conversationId}/communications/{communicationId}/typing`, §3.1. */

let org: TestOrg;
let token: string;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
beforeEach(async () => {
  guest = await org.guest();
});
afterEach(() =>
  org.control('PUT', 'behaviour', {
    displayMs: 5000,
    typingDuration: 'kept',
    typingStatus: 202,
    typingByClientCredentials: 'accepted',
    unknownCommunicationStatus: 404,
  }),
);
afterAll(() => org.close());

const minimal = { typing: { type: 'On' } };

interface Changes {
  body?: unknown;
  by?: string | undefined;
  conversationId?: string;
  communicationId?: string;
}

function post(changes: Changes = {}): Promise<Reply> {
  const conversationId = changes.conversationId ?? guest.conversationId;
  const communicationId = changes.communicationId ?? guest.agentCommunicationId;
  const path = `/api/v2/conversations/messages/${conversationId}/communications/${communicationId}/typing`;
  const by = 'by' in changes ? changes.by : token;
  return org.call('POST', path, { body: changes.body ?? minimal, ...(by !== undefined && { token: by }) });
}

describe('an agent’s typing', () => {
  test('is answered 202 without a body, and the guest’s sockets are told for 5 s', async () => {
    const client = await join(guest);
    const reply = await post();
    expect(reply).toMatchObject({ status: 202, body: '' });
    expect(reply.headers.get('inin-correlation-id')).toMatch(/^[\da-f-]{36}$/);
    expect(await client.next()).toMatchObject({
      class: 'StructuredMessage',
      body: {
        direction: 'Outbound',
        type: 'Event',
        events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }],
      },
    });
    expect(org.currentScreen(guest.conversationId)).toMatchObject({ agentTyping: true, guestTyping: false });
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages[1]).toMatchObject({ via: 'rest', status: 202, guestId: guest.guestId, body: minimal });
  });

  test('shows for its own duration, or for the usual one where that is set', async () => {
    const client = await join(guest);
    const body = { typing: { type: 'On', duration: 30 }, dateSent: '2026-01-01T00:00:00.000Z' };
    await post({ body });
    expect(await client.next()).toMatchObject({ body: { events: [{ typing: { duration: 30 } }] } });
    await org.screenWith(guest, { agentTyping: false });
    await org.control('PUT', 'behaviour', { typingDuration: 'replaced' });
    await post({ body });
    expect(await client.next()).toMatchObject({ body: { events: [{ typing: { duration: 5000 } }] } });
  });

  test('which 2xx it is can be set, for none is published', async () => {
    for (const typingStatus of [200, 204]) {
      await org.control('PUT', 'behaviour', { typingStatus });
      expect(await post()).toMatchObject({ status: typingStatus, body: '' });
    }
  });
});

describe('who may', () => {
  test.each(['conversation:message:create', 'conversation:webmessaging:create'])(
    '%s is enough',
    async (scope) => {
      const by = await org.token(await org.client([scope]));
      expect((await post({ by })).status).toBe(202);
    },
  );

  test('without either, the 403 names both; without a token, or as a guest, it is refused', async () => {
    const by = await org.token(await org.client(['conversation:write']));
    const refused = orgErrorOf(await post({ by }));
    expect(refused).toMatchObject({ status: 403, code: 'missing.any.permissions' });
    expect(refused.messageParams.permissions).toBe(
      'conversation:message:create, conversation:webmessaging:create',
    );
    expect((await post({ by: undefined })).status).toBe(401);
    expect((await post({ by: guest.guestToken })).status).toBe(403);
  });

  test('client credentials may be refused for want of a user, whose own token is taken', async () => {
    await org.control('PUT', 'behaviour', { typingByClientCredentials: 'refused' });
    const refused = orgErrorOf(await post());
    expect(refused).toMatchObject({
      status: 400,
      message:
        'This request requires a user context. Client credentials cannot be used for requests to this resource.',
    });
    const made = await org.control('POST', 'user-tokens', { scopes: ['conversation:message:create'] });
    const { accessToken: by } = z.object({ accessToken: z.string() }).parse(made);
    expect((await post({ by })).status).toBe(202);
  });
});

describe('what is refused', () => {
  test.each<[unknown, string]>([
    ['', ''],
    ['no json', ''],
    [{}, 'typing'],
    [{ typing: {} }, 'typing.type'],
    [{ typing: true }, 'typing'],
    [{ typing: { type: 'Off' } }, 'typing.type'],
    [{ typing: { type: 'On', duration: '5000' } }, 'typing.duration'],
    [{ typing: { type: 'On' }, dateSent: 'now' }, 'dateSent'],
  ])('the body %j is 400 and names %j', async (body, fieldName) => {
    const reply = await post({ body });
    expect(orgErrorOf(reply)).toMatchObject({ status: 400, code: 'bad.request' });
    expect(reply.body).toMatchObject({ details: [{ errorCode: 'invalid.value', fieldName }] });
    expect((await org.screen(guest)).agentTyping).toBe(false);
  });

  test('an unknown conversation is 404, a communication of another one too', async () => {
    const unknown = orgErrorOf(await post({ conversationId: unknownId }));
    expect(unknown).toMatchObject({ status: 404, code: 'conversation.error.conversation.not.found' });
    const other = await org.guest();
    for (const communicationId of [other.agentCommunicationId, unknownId, guest.agentParticipantId]) {
      expect(orgErrorOf(await post({ communicationId }))).toMatchObject({ status: 404, code: 'not.found' });
    }
    await org.control('PUT', 'behaviour', { unknownCommunicationStatus: 409 });
    expect((await post({ communicationId: unknownId })).status).toBe(409);
  });

  test('the customer’s own communication is 400, and shows nothing', async () => {
    const reply = await post({ communicationId: guest.customerCommunicationId });
    expect(orgErrorOf(reply).status).toBe(400);
    expect(await org.screen(guest)).toMatchObject({ agentTyping: false, guestTyping: false });
  });

  test('§7: after a transfer the old communication is 409 and the new one works', async () => {
    const moved = await org.control('POST', `conversations/${guest.conversationId}/transfer`);
    expect((await post()).status).toBe(409);
    expect((await org.screen(guest)).agentTyping).toBe(false);
    const communicationId = guestRecord.parse(moved).agentCommunicationId;
    expect(communicationId).not.toBe(guest.agentCommunicationId);
    expect((await post({ communicationId })).status).toBe(202);
  });

  test('§3.5: the path without a communication is none', async () => {
    const path = `/api/v2/conversations/messages/${guest.conversationId}/typing`;
    expect((await org.call('POST', path, { token, body: minimal })).status).toBe(404);
  });
});
