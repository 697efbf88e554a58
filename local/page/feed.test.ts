import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { watchFeed } from './app/feed.ts';
import type { Screen } from './app/wire.ts';

/** Stands in for the browser's: an event target, and the URL that it was made with. */
let source: EventTarget;
let asked: string;
function FakeSource(url: string): EventTarget {
  asked = url;
  return source;
}
const tell = (event: unknown): void => {
  source.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(event) }));
};

const screen = (conversationId: string, guestTyping: boolean): Screen => ({
  type: 'screen',
  conversationId,
  guestTyping,
  messages: [],
});
const tellScreen = (...values: Parameters<typeof screen>): void => {
  tell({ source: 'org', event: screen(...values) });
};

const on = { onGateway: vi.fn(), onMessage: vi.fn(), onScreen: vi.fn(), onWatching: vi.fn() };
let watching: Promise<void>;
beforeEach(() => {
  source = new EventTarget();
  vi.stubGlobal('EventSource', FakeSource);
  watching = watchFeed('c', on);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

describe('the feed', () => {
  test('asks for the screen of its conversation, and is watching once it is open', async () => {
    expect(asked).toBe('/api/events?conversationId=c');
    source.dispatchEvent(new Event('open'));
    await watching;
    expect(on.onWatching.mock.calls).toEqual([[true]]);
  });

  test('tells of its own conversation only', () => {
    const message = (conversationId: string): object => ({ at: '', via: 'rest', body: '', conversationId });
    for (const id of ['other', 'c']) {
      tellScreen(id, true);
      tell({ source: 'org', event: { type: 'message', message: message(id) } });
    }
    tell('nonsense');
    expect(on.onScreen.mock.calls).toEqual([[screen('c', true)]]);
    expect(on.onMessage.mock.calls).toEqual([[message('c')]]);
  });

  test('says that nobody types once it is broken, and what is so when it is back', () => {
    tellScreen('c', true);
    source.dispatchEvent(new Event('error'));
    source.dispatchEvent(new Event('error'));
    expect(on.onWatching.mock.lastCall).toEqual([false]);
    tellScreen('c', true);
    expect(on.onScreen.mock.calls).toEqual([[screen('c', true)], [screen('c', false)], [screen('c', true)]]);
  });
});
