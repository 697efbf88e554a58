import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';

import type { TraceEvent } from '../gateway/trace.ts';
import { oauthClient } from '../genesys/fixture.ts';
import type { Org } from '../genesys/org.ts';
import { startOrg } from '../genesys/org.ts';
import type { FeedEvent } from './app/wire.ts';
import { feedEvent, guestReply } from './app/wire.ts';
import type { Page } from './server.ts';
import { startPage } from './server.ts';

const gatewayUrl = 'ws://127.0.0.1:4001/dev';
const listeners = new Set<(event: TraceEvent) => void>();
const sealTicket = vi.fn((upstream: object) => Promise.resolve(`sealed:${JSON.stringify(upstream)}`));

let org: Org;
let page: Page;
const start = (port = 0): Promise<Page> =>
  startPage({
    port,
    gatewayUrl,
    org,
    sealTicket,
    trace: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
beforeAll(async () => {
  org = await startOrg({ port: 0, oauthClient });
  page = await start();
});
afterAll(async () => {
  await page.close();
  await org.close();
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(page.url + path, {
    method: 'POST',
    headers: { Origin: page.url, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

/** Matchers are `any`, which would silence the compiler around them. */
const anyString: unknown = expect.any(String);

const newGuest = async () => guestReply.parse((await post('/api/guests', {})).body);
const orgRecord = async (conversationId: string): Promise<unknown> =>
  (await fetch(`${org.url}/control/conversations/${conversationId}`)).json();

const guestList = z.object({
  guests: z.array(z.object({ conversationId: z.string(), guestToken: z.string() })),
});
async function tokenOf(conversationId: string): Promise<string> {
  const { guests } = guestList.parse(await (await fetch(`${org.url}/control/guests`)).json());
  return guests.find((guest) => guest.conversationId === conversationId)?.guestToken ?? '';
}

describe('the page', () => {
  test.each([
    ['/', 'text/html', '<title>typing-relay</title>'],
    ['/app.js', 'text/javascript', 'new WebSocket('],
    ['/style.css', 'text/css', 'prefers-color-scheme'],
    ['/favicon.ico', 'image/svg+xml', '<svg'],
  ])('%s is served as %s', async (path, type, part) => {
    const response = await fetch(page.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(await response.text()).toContain(part);
  });

  test('it reaches its own server and the gateway only', async () => {
    const { headers } = await fetch(page.url);
    const policy = (headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self' ws://127.0.0.1:4001",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/', '/app.js', '/style.css'])('%s names no other host', async (path) => {
    const text = await (await fetch(page.url + path)).text();
    const urls = text
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
      .flatMap((line) => line.match(/(?:https?|wss?):\/\/[\w.-]+/g) ?? []);
    // JSON Schema's names, which Zod writes and never fetches.
    expect(urls.filter((url) => !url.includes('json-schema.org'))).toEqual([]);
  });

  test.each([
    ['GET', '/nothing'],
    ['GET', '/../server.ts'],
    ['GET', '/api/guests'],
    ['POST', '/'],
    ['PUT', '/api/guests'],
  ])('%s %s is nothing', async (method, path) => {
    const response = await fetch(page.url + path, { method, headers: { Origin: page.url } });
    expect(response.status).toBe(404);
  });
});

describe('who may ask', () => {
  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example'])(
    'a page of the origin %s may not post',
    async (origin) => {
      const answer = await post('/api/guests', {}, { Origin: origin });
      expect(answer).toEqual({ status: 403, body: { error: 'Only this page itself may post here.' } });
    },
  );

  test('nor may a caller without an origin', async () => {
    expect((await fetch(`${page.url}/api/guests`, { method: 'POST', body: '{}' })).status).toBe(403);
  });

  test.each([
    ['localhost:80', 200],
    ['127.0.0.1:80', 200],
    ['evil.example', 403],
    ['localhost.evil.example:80', 403],
    ['127.0.0.1.evil.example', 403],
  ])('the host %s is answered %i, so that no foreign name leads here', async (host, status) => {
    expect(await statusFor(host, '/')).toBe(status);
    expect(await statusFor(host, '/app.js')).toBe(status);
  });

  test('a post to localhost from localhost is this page, too', async () => {
    const host = `localhost:${new URL(page.url).port}`;
    expect(await statusFor(host, '/api/guests', `http://${host}`)).toBe(200);
    expect(await statusFor('evil.example', '/api/guests', 'http://evil.example')).toBe(403);
  });
});

/** `fetch` does not let a caller choose the Host header. */
function statusFor(host: string, path: string, origin?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { Host: host, ...(origin !== undefined && { Origin: origin }) };
    const call = request(
      page.url + path,
      { method: origin === undefined ? 'GET' : 'POST', headers },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on('error', reject).end();
  });
}

describe('POST /api/guests', () => {
  test("makes a guest at the org, and keeps the guest's token from the page", async () => {
    const { status, body } = await post('/api/guests', {});
    expect(status).toBe(200);
    expect(body).toEqual({
      conversationId: anyString,
      participantId: anyString,
      guestId: anyString,
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
    const { conversationId, guestId } = await newGuest();
    const { status } = await post('/api/tickets', { kind: 'typing-frame', conversationId });
    expect(status).toBe(200);
    const socketUrl: unknown = expect.stringContaining(`/guests/${guestId}/socket?token=`);
    expect(sealTicket).toHaveBeenLastCalledWith({ kind: 'typing-frame', socketUrl });
  });

  test('a participant-state ticket has the ids, and the ticket comes back', async () => {
    const { conversationId, participantId } = await newGuest();
    const session = { kind: 'participant-state', conversationId, participantId };
    const answer = await post('/api/tickets', { kind: 'participant-state', conversationId });
    expect(answer).toEqual({ status: 200, body: { ticket: `sealed:${JSON.stringify(session)}` } });
  });

  test('a conversation of another guest is none of this page', async () => {
    const { conversationId } = org.demo;
    const answer = await post('/api/tickets', { kind: 'typing-frame', conversationId });
    expect(answer).toEqual({
      status: 404,
      body: { error: 'No guest of this page has that conversation. Reload the page.' },
    });
  });
});

describe('POST /api/messages', () => {
  test("is the guest's message at the org, and ends the bubble", async () => {
    const { conversationId, participantId } = await newGuest();
    const guestToken = await tokenOf(conversationId);
    await fetch(`${org.url}/api/v2/conversations/${conversationId}/participants/${participantId}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${guestToken}` },
      body: '{"state":"typing"}',
    });
    expect(await orgRecord(conversationId)).toMatchObject({ guestTyping: true });

    const answer = await post('/api/messages', { conversationId, text: 'Hello' });

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
  const usage: unknown = expect.stringMatching(/^The body is .*\.$/);
  expect(await post(path, body)).toEqual({ status: 400, body: { error: usage } });
});

test('a body over 1 MB is refused', async () => {
  expect(await post('/api/messages', 'x'.repeat(1024 * 1024 + 1))).toMatchObject({ status: 413 });
});

describe('GET /api/events', () => {
  test('streams what the gateway and the org do, until the reader leaves', async () => {
    const leave = new AbortController();
    const response = await fetch(`${page.url}/api/events`, { signal: leave.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await vi.waitFor(() => {
      expect(listeners.size).toBe(1);
    });
    const trace = { kind: 'frame-in', at: 1, connectionId: 'L0SM=', routeKey: 'typing', body: '{}' } as const;
    for (const listener of listeners) listener(trace);
    const { conversationId } = await newGuest();
    await post('/api/messages', { conversationId, text: 'Hi' });

    const events = await readEvents(response, 3);

    expect(events).toContainEqual({ source: 'gateway', event: trace });
    const screen: unknown = expect.objectContaining({ type: 'screen', conversationId, guestTyping: false });
    expect(events).toContainEqual({ source: 'org', event: screen });
    const message: unknown = expect.objectContaining({ conversationId, via: 'rest', status: 200 });
    expect(events).toContainEqual({ source: 'org', event: { type: 'message', message } });
    leave.abort();
    await vi.waitFor(() => {
      expect(listeners.size).toBe(0);
    });
  });
});

async function readEvents(response: Response, count: number): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader !== undefined && events.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith('data: ')) events.push(feedEvent.parse(JSON.parse(block.slice('data: '.length))));
    }
  }
  return events;
}

describe('starting and stopping', () => {
  test('a port in use rejects with the error of listen', async () => {
    const port = Number(new URL(page.url).port);
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('close ends open streams, and can be called twice', async () => {
    const own = await start();
    const stream = await fetch(`${own.url}/api/events`);
    const ended = stream.text().then(
      () => 'ended',
      () => 'cut',
    );
    await Promise.all([own.close(), own.close()]);
    expect(await ended).toMatch(/ended|cut/);
    await expect(fetch(own.url)).rejects.toThrow();
  });

  test('an org that is away is told as that', async () => {
    const away = await startOrg({ port: 0, oauthClient });
    const own = await startPage({ port: 0, gatewayUrl, org: away, sealTicket, trace: () => () => undefined });
    await away.close();
    const response = await fetch(`${own.url}/api/guests`, { method: 'POST', headers: { Origin: own.url } });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ error: 'The simulated org does not answer.' });
    await own.close();
  });
});
