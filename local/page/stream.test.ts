import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { parseJson } from '../json.ts';
import type { FeedEvent } from './app/wire.ts';
import { feedEvent } from './app/wire.ts';
import type { TestPage } from './fixture.ts';
import { startTestPage } from './fixture.ts';

let page: TestPage;
beforeAll(async () => {
  page = await startTestPage();
});
afterAll(() => page.close());

describe('GET /api/events', () => {
  test('streams what the gateway and the org do, until the reader leaves', async () => {
    const leave = new AbortController();
    const response = await fetch(`${page.url}/api/events`, { signal: leave.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await vi.waitFor(() => {
      expect(page.readers()).toBe(1);
    });
    const trace = { kind: 'frame-in', at: 1, connectionId: 'L0SM=', routeKey: 'typing', body: '{}' } as const;
    page.trace(trace);
    const { conversationId } = await page.guest();
    await page.post('/api/messages', { conversationId, from: 'guest', text: 'Hi' });

    const events = await readEvents(response, 3);

    expect(events).toContainEqual({ source: 'gateway', event: trace });
    const screen: unknown = expect.objectContaining({ type: 'screen', conversationId, guestTyping: false });
    expect(events).toContainEqual({ source: 'org', event: screen });
    const message: unknown = expect.objectContaining({ conversationId, via: 'rest', status: 200 });
    expect(events).toContainEqual({ source: 'org', event: { type: 'message', message } });
    leave.abort();
    await vi.waitFor(() => {
      expect(page.readers()).toBe(0);
    });
  });
});

test('a reader that comes again is first told what the screen shows by now', async () => {
  const { conversationId } = await page.guest();
  await page.post('/api/messages', { conversationId, from: 'guest', text: 'Missed' });
  const response = await fetch(`${page.url}/api/events?conversationId=${conversationId}`);
  const screen = { type: 'screen', conversationId, guestTyping: false, messages: [{ text: 'Missed' }] };
  expect(await readEvents(response, 1)).toMatchObject([{ source: 'org', event: screen }]);
  await response.body?.cancel().catch(() => undefined);
});

test('a reader that comes from another run is told that its conversation is none of this one', async () => {
  const response = await fetch(`${page.url}/api/events?conversationId=before`);
  expect(await readEvents(response, 1)).toEqual([{ source: 'page', unknown: 'before' }]);
  await response.body?.cancel().catch(() => undefined);
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
      if (block.startsWith('data: ')) events.push(feedEvent.parse(parseJson(block.slice('data: '.length))));
    }
  }
  return events;
}
