import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TestOrg } from '../fixture.ts';
import { orgErrorOf, startTestOrg, unknownId } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

describe('the participant call', () => {
  let guest: GuestRecord;
  let token: string;
  beforeAll(async () => {
    token = await org.token();
  });

  const typing = async (): Promise<boolean> => (await org.screen(guest)).guestTyping;
  const fresh = async (): Promise<void> => {
    guest = await org.guest();
  };

  test('typing shows the bubble and holds it, connected clears it', async () => {
    await fresh();
    const on = await org.participant(guest, 'typing', token);
    expect(on).toMatchObject({ status: 200, body: {} });
    expect(await typing()).toBe(true);
    await org.participant(guest, 'connected', token);
    expect(await typing()).toBe(false);
  });

  test.each(['closed', 'Typing', ''])('state %j is answered with 200 and shows no bubble', async (state) => {
    await fresh();
    const { status } = await org.participant(guest, state, token);
    expect(status).toBe(200);
    expect(await typing()).toBe(false);
  });

  test("a guest's own token is enough in its own conversation, and nowhere else", async () => {
    await fresh();
    const other = await org.guest();
    expect((await org.participant(guest, 'typing', guest.guestToken)).status).toBe(200);
    expect(await typing()).toBe(true);
    const reply = await org.participant(guest, 'connected', other.guestToken);
    expect(orgErrorOf(reply)).toMatchObject({ status: 403, code: 'not.authorized' });
    expect(await typing()).toBe(true);
  });

  test('a participant of another conversation, or of none, fails in silence', async () => {
    await fresh();
    const other = await org.guest();
    for (const participantId of [other.participantId, unknownId, guest.agentParticipantId]) {
      const reply = await org.participant(guest, 'typing', token, participantId);
      expect(reply).toMatchObject({ status: 200, body: {} });
    }
    expect(await typing()).toBe(false);
    expect(await org.screen(other)).toMatchObject({ guestTyping: false });
  });

  test('a missing scope is named, and taken or given at once', async () => {
    await fresh();
    const client = await org.client(['conversation:communication:view']);
    const own = await org.token(client);
    const refused = orgErrorOf(await org.participant(guest, 'typing', own));
    expect(refused).toMatchObject({ status: 403, code: 'missing.any.permissions' });
    expect(refused.messageParams.permissions).toBe('conversation:write');
    const path = `/control/clients/${client.clientId}`;
    const changed = await org.call('PUT', path, { body: { scopes: ['conversation:write'] } });
    expect(changed.body).toEqual({ clientId: client.clientId, scopes: ['conversation:write'] });
    expect((await org.participant(guest, 'typing', own)).status).toBe(200);
  });

  test('without a bearer, with an unknown one and with a revoked one it is 401, each with its code', async () => {
    await fresh();
    const path = `/api/v2/conversations/${guest.conversationId}/participants/${guest.participantId}`;
    const none = orgErrorOf(await org.call('POST', path, { body: { state: 'typing' } }));
    const unknown = orgErrorOf(await org.participant(guest, 'typing', 'made-up'));
    expect(none).toMatchObject({ status: 401, code: 'authentication.required' });
    expect(unknown).toMatchObject({ status: 401, code: 'bad.credentials' });

    const own = await startTestOrg();
    const before = await own.token();
    expect(await own.call('POST', '/control/tokens/revoke')).toMatchObject({
      status: 200,
      body: { revoked: 1 },
    });
    const its = await own.guest();
    expect((await own.participant(its, 'typing', before)).status).toBe(401);
    expect((await own.participant(its, 'typing', await own.token())).status).toBe(200);
    await own.close();
  });

  test('an unknown conversation is 404', async () => {
    const reply = await org.participant({ ...org.demo, conversationId: unknownId }, 'typing', token);
    expect(orgErrorOf(reply)).toMatchObject({
      status: 404,
      code: 'conversation.error.conversation.not.found',
    });
  });

  test.each(['', 'not json', '[]', 'null', '{}', '{"state":7}', '"typing"'])(
    'body %j is 400',
    async (body) => {
      await fresh();
      const path = `/api/v2/conversations/${guest.conversationId}/participants/${guest.participantId}`;
      const reply = await org.call('POST', path, { token, body });
      expect(orgErrorOf(reply)).toMatchObject({ status: 400, code: 'bad.request' });
    },
  );

  test.each(['PATCH', 'GET', 'PUT'])('%s is not allowed, and the answer says what is', async (method) => {
    await fresh();
    const path = `/api/v2/conversations/${guest.conversationId}/participants/${guest.participantId}`;
    const reply = await org.call(method, path, { token });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('POST');
    expect(orgErrorOf(reply).code).toBe('method.not.allowed');
  });
});

describe('the conversation call', () => {
  test('names participants, their purpose and their communications', async () => {
    const { conversationId, participantId, agentParticipantId } = org.demo;
    const reply = await org.call('GET', `/api/v2/conversations/${conversationId}`, {
      token: await org.token(),
    });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        id: conversationId,
        participants: [
          { id: participantId, purpose: 'customer', messages: [{ state: 'connected' }] },
          { id: agentParticipantId, purpose: 'agent', messages: [{ state: 'connected' }] },
        ],
      },
    });
    expect(JSON.stringify(reply.body)).toContain('"messages":[{"id":"b0000000-0000-4000-8000-000000000002"');
  });

  test('needs a bearer, the permission, and a conversation', async () => {
    const path = `/api/v2/conversations/${org.demo.conversationId}`;
    const writer = await org.token(await org.client(['conversation:write']));
    const missing = await org.call('GET', path, { token: writer });
    expect(orgErrorOf(missing).messageParams.permissions).toBe('conversation:communication:view');
    expect((await org.call('GET', path)).status).toBe(401);
    expect((await org.call('GET', path, { token: org.demo.guestToken })).status).toBe(403);
    const unknown = await org.call('GET', `/api/v2/conversations/${unknownId}`, { token: await org.token() });
    expect(orgErrorOf(unknown)).toMatchObject({
      status: 404,
      code: 'conversation.error.conversation.not.found',
    });
  });
});
