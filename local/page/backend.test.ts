import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything, like } from '../fixture.ts';
import { oauthClient } from '../genesys/fixture.ts';
import { startOrg } from '../genesys/org.ts';
import { guestReply } from './app/wire.ts';
import type { TestPage } from './fixture.ts';
import { cut, gatewayUrl, sealTicket, startAnotherPage, startTestPage, warm } from './fixture.ts';

let page: TestPage;
beforeAll(async () => {
  page = await startTestPage();
});
afterAll(() => page.close());

const orgRecord = async (conversationId: string): Promise<unknown> =>
  (await fetch(`${page.org.url}/control/conversations/${conversationId}`)).json();

const record = z.object({ participants: z.array(z.object({ id: z.string() })) });
const guestList = z.object({
  guests: z.array(z.object({ conversationId: z.string(), guestToken: z.string() })),
});
async function tokenOf(conversationId: string): Promise<string> {
  const { guests } = guestList.parse(await (await fetch(`${page.org.url}/control/guests`)).json());
  return guests.find((guest) => guest.conversationId === conversationId)?.guestToken ?? '';
}

const control = async (path: string): Promise<unknown> =>
  (await fetch(`${page.org.url}/control/${path}`)).json();

describe('POST /api/guests', () => {
  test("makes a guest with a deployment of its own, and keeps the guest's token from the page", async () => {
    const { status, body } = await page.post('/api/guests', { kind: 'web-messaging' });
    expect(status).toBe(200);
    expect(body).toEqual({
      conversationId: anything(String),
      deploymentId: anything(String),
      openUserId: anything(String),
      gateway: gatewayUrl,
    });
    const { deploymentId, conversationId } = guestReply.parse(body);
    expect(deploymentId).not.toBe(page.org.demo.deploymentId);
    expect(await orgRecord(conversationId)).toMatchObject({ channel: 'webmessaging' });
  });

  test('readies what the first key will need', async () => {
    warm.mockClear();
    await page.guest();
    expect(warm).toHaveBeenCalledOnce();
  });

  test('makes a guest of open messaging where that is the upstream', async () => {
    const { conversationId } = await page.guest('open-messaging');
    expect(await orgRecord(conversationId)).toMatchObject({ channel: 'open' });
  });
});

describe('POST /api/tickets', () => {
  test.each([
    ['web-messaging', 'deploymentId', 'token'],
    ['open-messaging', 'integrationId', 'userId'],
    ['agent-communication', 'conversationId', 'communicationId'],
    ['typing-frame', 'socketUrl'],
    ['participant-state', 'conversationId', 'participantId'],
  ] as const)('a ticket for %s has %s and what else that upstream asks for', async (kind, ...fields) => {
    const { conversationId } = await page.guest(kind);
    const right = await page.post('/api/tickets', { conversationId });
    const session = sealTicket.mock.lastCall?.[0];
    expect(right).toEqual({
      status: 200,
      body: { ticket: `sealed:${JSON.stringify(session)}`, holder: sealTicket.mock.lastCall?.[1] },
    });
    expect(Object.keys(session ?? {})).toEqual(['kind', ...fields]);

    await page.post('/api/tickets', { conversationId, mismatched: true });
    expect(sealTicket.mock.lastCall?.[0]).not.toEqual(session);
  });

  test('each has a holder of its own, by which its connection is known', async () => {
    const { conversationId } = await page.guest();
    await page.post('/api/tickets', { conversationId });
    await page.post('/api/tickets', { conversationId });
    const [one, other] = sealTicket.mock.calls.slice(-2).map(([, holder]) => holder);
    expect(one).toEqual(anything(String));
    expect(one).not.toBe(other);
  });

  test('a conversation of another guest is none of this page', async () => {
    const { conversationId } = page.org.demo;
    expect(await page.post('/api/tickets', { conversationId })).toEqual({
      status: 404,
      body: { error: 'No guest of this page has that conversation. Reload the page.' },
    });
  });
});

describe('POST /api/messages', () => {
  test("is the guest's message at the org, and ends the bubble", async () => {
    const { conversationId } = await page.guest();
    const guestToken = await tokenOf(conversationId);
    const { participants } = record.parse(await orgRecord(conversationId));
    await fetch(
      `${page.org.url}/api/v2/conversations/${conversationId}/participants/${participants[0]?.id ?? ''}`,
      { method: 'POST', headers: { Authorization: `Bearer ${guestToken}` }, body: '{"state":"typing"}' },
    );
    expect(await orgRecord(conversationId)).toMatchObject({ guestTyping: true });

    const answer = await page.post('/api/messages', { conversationId, from: 'guest', text: 'Hello' });

    expect(answer).toEqual({ status: 200, body: { done: true } });
    expect(await orgRecord(conversationId)).toMatchObject({
      guestTyping: false,
      messages: [{ text: 'Hello' }],
    });
  });

  test("is the agent's, which ends the agent's bubble", async () => {
    const { conversationId } = await page.guest('web-messaging');
    await page.post('/api/agent-typing', { conversationId });
    expect(await orgRecord(conversationId)).toMatchObject({ agentTyping: true });
    await page.post('/api/messages', { conversationId, from: 'agent', text: 'Good morning' });
    expect(await orgRecord(conversationId)).toMatchObject({ agentTyping: false, messages: [] });
  });
});

describe('POST /api/faults', () => {
  test('sets those of this guest alone, and none takes them away', async () => {
    const { conversationId, deploymentId } = await page.guest('web-messaging');
    await page.post('/api/faults', { conversationId, fault: 'org-down' });
    expect(await control('faults')).toEqual({
      faults: [
        { scope: conversationId, on: 'any', drop: true },
        { scope: deploymentId, on: 'web-messaging-upgrade', drop: true },
      ],
    });
    await page.post('/api/faults', { conversationId, fault: 'none' });
    expect(await control('faults')).toEqual({ faults: [] });
  });

  test.each([
    ['web-messaging', { on: 'web-messaging-frame', action: 'onMessage' }],
    ['open-messaging', { on: 'open-event' }],
    ['agent-communication', { on: 'typing' }],
    ['typing-frame', { on: 'upgrade' }],
    ['participant-state', { on: 'participant' }],
  ] as const)('429 is on the call that %s makes', async (kind, where) => {
    const { conversationId } = await page.guest(kind);
    await page.post('/api/faults', { conversationId, fault: 'rate-limit' });
    const faults = [{ scope: conversationId, status: 429, retryAfter: 3, ...where }];
    expect(await control(`faults?scope=${conversationId}`)).toEqual({ faults });
  });
});

test('POST /api/cut ends a connection at the gateway, and says whether there was one', async () => {
  expect(await page.post('/api/cut', { connectionId: 'L0SM=' })).toMatchObject({ body: { done: true } });
  expect(cut).toHaveBeenLastCalledWith('L0SM=');
  expect(await page.post('/api/cut', { connectionId: 'gone' })).toMatchObject({ body: { done: false } });
});

const long = 'x'.repeat(2_001);

test.each([
  ['/api/guests', {}],
  ['/api/guests', { kind: 'typing-frame', extra: 1 }],
  ['/api/guests', { kind: 'carrier-pigeon' }],
  ['/api/guests', 'no json'],
  ['/api/tickets', {}],
  ['/api/tickets', ''],
  ['/api/tickets', { conversationId: 7 }],
  ['/api/tickets', { conversationId: 'c', socketUrl: 'ws://evil.example' }],
  ['/api/messages', { conversationId: 'c', from: 'guest', text: '' }],
  ['/api/messages', { conversationId: 'c', from: 'nobody', text: 'Hi' }],
  ['/api/messages', { conversationId: 'c', from: 'guest', text: long }],
  ['/api/messages', '[]'],
  ['/api/agent-typing', {}],
  ['/api/faults', { conversationId: 'c', fault: 'flood' }],
  ['/api/cut', {}],
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
  const response = await fetch(`${own.url}/api/guests`, {
    method: 'POST',
    headers: { Origin: own.url },
    body: '{"kind":"typing-frame"}',
  });
  expect(response.status).toBe(502);
  expect(await response.json()).toEqual({ error: 'The simulated org does not answer.' });
});
