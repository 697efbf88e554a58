import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything, like } from '../fixture.ts';
import { oauthClient } from '../genesys/fixture.ts';
import { startOrg } from '../genesys/org.ts';
import { guestReply } from './app/wire.ts';
import type { TestPage } from './fixture.ts';
import { gatewayUrl, sealTicket, startAnotherPage, startTestPage } from './fixture.ts';

let page: TestPage;
beforeAll(async () => {
  page = await startTestPage();
});
afterAll(() => page.close());

const orgRecord = async (conversationId: string): Promise<unknown> =>
  (await fetch(`${page.org.url}/control/conversations/${conversationId}`)).json();

const guestList = z.object({
  guests: z.array(z.object({ conversationId: z.string(), guestToken: z.string() })),
});
async function tokenOf(conversationId: string): Promise<string> {
  const { guests } = guestList.parse(await (await fetch(`${page.org.url}/control/guests`)).json());
  return guests.find((guest) => guest.conversationId === conversationId)?.guestToken ?? '';
}

describe('POST /api/guests', () => {
  test("makes a guest at the org, and keeps the guest's token from the page", async () => {
    const { status, body } = await page.post('/api/guests', {});
    expect(status).toBe(200);
    expect(body).toEqual({
      conversationId: anything(String),
      participantId: anything(String),
      guestId: anything(String),
      gateway: gatewayUrl,
    });
    const { conversationId, guestId, participantId } = guestReply.parse(body);
    expect(await orgRecord(conversationId)).toMatchObject({
      guestId,
      participants: [{ id: participantId, purpose: 'customer' }, { purpose: 'agent' }],
    });
  });
});

describe('POST /api/tickets', () => {
  test("a typing-frame ticket has the guest's socket", async () => {
    const { conversationId, guestId } = await page.guest();
    const { status } = await page.post('/api/tickets', { kind: 'typing-frame', conversationId });
    expect(status).toBe(200);
    const socketUrl: unknown = expect.stringContaining(`/guests/${guestId}/socket?token=`);
    expect(sealTicket).toHaveBeenLastCalledWith({ kind: 'typing-frame', socketUrl });
  });

  test('a participant-state ticket has the ids, and the ticket comes back', async () => {
    const { conversationId, participantId } = await page.guest();
    const session = { kind: 'participant-state', conversationId, participantId };
    const answer = await page.post('/api/tickets', { kind: 'participant-state', conversationId });
    expect(answer).toEqual({ status: 200, body: { ticket: `sealed:${JSON.stringify(session)}` } });
  });

  test('a conversation of another guest is none of this page', async () => {
    const { conversationId } = page.org.demo;
    const answer = await page.post('/api/tickets', { kind: 'typing-frame', conversationId });
    expect(answer).toEqual({
      status: 404,
      body: { error: 'No guest of this page has that conversation. Reload the page.' },
    });
  });
});

describe('POST /api/messages', () => {
  test("is the guest's message at the org, and ends the bubble", async () => {
    const { conversationId, participantId } = await page.guest();
    const guestToken = await tokenOf(conversationId);
    await fetch(`${page.org.url}/api/v2/conversations/${conversationId}/participants/${participantId}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${guestToken}` },
      body: '{"state":"typing"}',
    });
    expect(await orgRecord(conversationId)).toMatchObject({ guestTyping: true });

    const answer = await page.post('/api/messages', { conversationId, text: 'Hello' });

    expect(answer).toEqual({ status: 200, body: { delivered: true } });
    expect(await orgRecord(conversationId)).toMatchObject({
      guestTyping: false,
      messages: [{ text: 'Hello' }],
    });
  });
});

const long = 'x'.repeat(2_001);

test.each([
  ['/api/guests', { extra: 1 }],
  ['/api/guests', 'no json'],
  ['/api/tickets', {}],
  ['/api/tickets', ''],
  ['/api/tickets', { kind: 'carrier-pigeon', conversationId: 'c' }],
  ['/api/tickets', { kind: 'typing-frame', conversationId: 7 }],
  ['/api/tickets', { kind: 'typing-frame', conversationId: 'c', socketUrl: 'ws://evil.example' }],
  ['/api/messages', { conversationId: 'c', text: '' }],
  ['/api/messages', { conversationId: 'c', text: long }],
  ['/api/messages', '[]'],
])('%s does not take %o, and says what it takes', async (path, body) => {
  const usage: unknown = like(/^The body is .*\.$/);
  expect(await page.post(path, body)).toEqual({ status: 400, body: { error: usage } });
});

test('a body over 1 MB is refused', async () => {
  expect(await page.post('/api/messages', 'x'.repeat(1024 * 1024 + 1))).toMatchObject({ status: 413 });
});

test('an org that is away is told as that', async () => {
  const away = await startOrg({ port: 0, oauthClient });
  const own = await startAnotherPage(away);
  await away.close();
  const response = await fetch(`${own.url}/api/guests`, { method: 'POST', headers: { Origin: own.url } });
  expect(response.status).toBe(502);
  expect(await response.json()).toEqual({ error: 'The simulated org does not answer.' });
});
