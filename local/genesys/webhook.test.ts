import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../fixture.ts';
import { readText } from '../http/body.ts';
import { listen } from '../listen.ts';
import type { TestOrg } from './fixture.ts';
import { startTestOrg } from './fixture.ts';
import type { GuestRecord } from './guest-record.ts';

/** The outbound webhook of open messaging, §6.3. */

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

interface Received {
  signature: string | undefined;
  type: string | undefined;
  body: string;
}

/** A webhook that answers with these statuses in turn, the last one for ever. */
async function startReceiver(...statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void readText(request).then((body = '') => {
      const { 'x-hub-signature-256': signature, 'content-type': type } = request.headers;
      received.push({ signature: typeof signature === 'string' ? signature : undefined, type, body });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200;
      response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end('thanks');
    });
  });
  const address = await listen(server, 0);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://${address}/webhooks/open-messaging`, received };
}

const deliverySchema = z.object({
  deliveries: z.array(
    z.object({
      seq: z.number(),
      attempt: z.number(),
      status: z.number(),
      answer: z.string(),
      body: z.string(),
      signature: z.string(),
    }),
  ),
  last: z.number(),
});

let guest: GuestRecord;
const deliveries = async (count: number): Promise<z.infer<typeof deliverySchema>['deliveries']> => {
  const query = `conversationId=${guest.conversationId}&count=${count}&waitMs=10000`;
  return deliverySchema.parse(await org.control('GET', `deliveries?${query}`)).deliveries;
};
const does = (what: string, body?: object): Promise<unknown> =>
  org.control('POST', `conversations/${guest.conversationId}/${what}`, body);

beforeEach(async () => {
  guest = await org.openGuest();
});

const connectTo = (webhookUrl: string, more: object = {}): Promise<unknown> =>
  org.control('PUT', `integrations/${guest.integrationId}`, { webhookUrl, ...more });

describe('an agent’s typing', () => {
  test('is posted as an outbound event, signed over the raw body by the secret', async () => {
    const { url, received } = await startReceiver(200);
    await connectTo(url, { secret: 'the-secret' });
    await does('agent-typing');
    const [delivery] = await deliveries(1);
    const [{ body, signature, type } = {}] = received;
    expect(JSON.parse(body ?? '')).toEqual({
      id: anything(String),
      channel: {
        id: guest.integrationId,
        platform: 'Open',
        type: 'Private',
        messageId: anything(String),
        to: { id: guest.openUserId },
        from: { nickname: anything(String), id: guest.integrationId, idType: 'Opaque' },
        time: anything(String),
      },
      type: 'Event',
      events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }],
      direction: 'Outbound',
    });
    expect(type).toBe('application/json');
    expect(signature).toBe(
      `sha256=${createHmac('sha256', 'the-secret')
        .update(body ?? '')
        .digest('hex')}`,
    );
    expect(delivery).toMatchObject({ attempt: 1, status: 200, answer: 'thanks', body, signature });
    expect((await org.screen(guest)).agentTyping).toBe(true);
  });

  test('§0: by the typing call goes the same way, for its own duration', async () => {
    const { url, received } = await startReceiver(200);
    await connectTo(url);
    const path = `/api/v2/conversations/messages/${guest.conversationId}/communications/${guest.agentCommunicationId}/typing`;
    const body = { typing: { type: 'On', duration: 1234 } };
    const reply = await org.call('POST', path, { token: await org.token(), body });
    expect(reply.status).toBe(202);
    await deliveries(1);
    expect(received[0]?.body).toContain('"typing":{"type":"On","duration":1234}');
  });

  test('§3.2: is not posted while the messaging setting is off', async () => {
    const { url, received } = await startReceiver(200);
    await connectTo(url, { outbound: 'Disabled' });
    await does('agent-typing');
    await does('agent-message', { text: 'hi' });
    await deliveries(1);
    expect(received.map(({ body }) => z.object({ type: z.string() }).parse(JSON.parse(body)).type)).toEqual([
      'Text',
    ]);
    expect((await org.screen(guest)).agentTyping).toBe(false);
  });
});

test('texts and receipts are posted too', async () => {
  const { url, received } = await startReceiver(200);
  await connectTo(url);
  await does('agent-message', { text: 'hi' });
  await deliveries(1);
  await does('receipt', { status: 'Delivered' });
  await deliveries(2);
  expect(received.map(({ body }): unknown => JSON.parse(body))).toMatchObject([
    { type: 'Text', text: 'hi', direction: 'Outbound' },
    { type: 'Receipt', status: 'Delivered', direction: 'Outbound' },
  ]);
});

describe('an answer that is none', () => {
  test('is recorded, and nothing is tried again', async () => {
    const { url, received } = await startReceiver(500, 200);
    await connectTo(url);
    await does('agent-typing');
    await does('agent-message', { text: 'hi' });
    expect((await deliveries(2)).map(({ status, attempt }) => [status, attempt])).toEqual(
      expect.arrayContaining([
        [500, 1],
        [200, 1],
      ]),
    );
    expect(received).toHaveLength(2);
  });

  test('is tried again as often as is set, with the same body', async () => {
    const { url, received } = await startReceiver(503, 302, 200);
    await connectTo(url, { retries: 5 });
    await does('agent-typing');
    const all = await deliveries(3);
    expect(all.map(({ status, attempt }) => [status, attempt])).toEqual([
      [503, 1],
      [302, 2],
      [200, 3],
    ]);
    await does('agent-message', { text: 'hi' });
    expect((await deliveries(4)).at(3)).toMatchObject({ status: 200, attempt: 1 });
    received.pop();
    expect(new Set(received.map(({ body, signature }) => `${body}${signature ?? ''}`)).size).toBe(1);
  });

  test('of a webhook that is not there has status 0 and says why', async () => {
    await connectTo('http://127.0.0.1:1/nowhere');
    await does('agent-typing');
    const [delivery] = await deliveries(1);
    expect(delivery?.status).toBe(0);
    expect(delivery?.answer).not.toBe('');
  });
});

test.each([
  'https://example.com/webhook',
  'http://127.0.0.1.evil.example/',
  'ftp://127.0.0.1/',
  'webhook',
  '',
])('a webhook at %j is refused: it is on this machine', async (webhookUrl) => {
  const path = `/control/integrations/${guest.integrationId}`;
  const reply = await org.call('PUT', path, { body: { webhookUrl } });
  expect(reply.status).toBe(400);
  expect(JSON.stringify(reply.body)).toContain('on this machine');
});
