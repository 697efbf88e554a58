import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { watchFeed } from './app/feed.ts';
import type { Screen } from './app/wire.ts';

/** Stands in for the browser's: an event target, and the URL that it was made with. */
let source: EventTarget;
let asked: string[];
function FakeSource(url: string): EventTarget {
  asked.push(url);
  return source;
}
const tell = (event: unknown): void => {
  source.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(event) }));
};

const screen = (conversationId: string, guestTyping: boolean): Screen => ({
  type: 'screen',
  conversationId,
  guestTyping,
  agentTyping: false,
  messages: [],
});
const tellScreen = (...values: Parameters<typeof screen>): void => {
  tell({ source: 'org', event: screen(...values) });
};

const on = {
  onGateway: vi.fn(),
  onMessage: vi.fn(),
  onScreen: vi.fn(),
  onUnknown: vi.fn(),
  onWatching: vi.fn(),
};
let watching: Promise<void>;
beforeEach(() => {
  source = Object.assign(new EventTarget(), { close: vi.fn() });
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  watching = watchFeed(() => ({ conversationId: 'c', deploymentId: 'd', openUserId: 'u' }), on);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

describe('the feed', () => {
  test('asks for the screen of its conversation, and is watching once it is open', async () => {
    expect(asked).toEqual(['/api/events?conversationId=c']);
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

  test('tells of what names the guest in another way: its deployment, or its name at the integration', () => {
    const messages = [
      { at: '', via: 'upgrade', body: { deploymentId: 'd' } },
      { at: '', via: 'upgrade', body: { deploymentId: 'other' } },
      { at: '', via: 'rest', body: { channel: { from: { id: 'u' } } } },
      { at: '', via: 'rest', body: { channel: { from: { id: 'other' } } } },
    ];
    for (const message of messages) tell({ source: 'org', event: { type: 'message', message } });
    const named = [messages[0], messages[2]].map((message) => [{ ...message, conversationId: 'c' }]);
    expect(on.onMessage.mock.calls).toEqual(named);
  });

  test('says when its conversation is none of the run, and not of another’s', () => {
    tell({ source: 'page', unknown: 'before' });
    expect(on.onUnknown).not.toHaveBeenCalled();
    tell({ source: 'page', unknown: 'c' });
    expect(on.onUnknown).toHaveBeenCalledOnce();
  });

  test('says that nobody types once it is broken, and asks anew for what is so', () => {
    tellScreen('c', true);
    source.dispatchEvent(new Event('error'));
    expect(on.onWatching.mock.lastCall).toEqual([false]);
    expect(on.onScreen.mock.lastCall).toEqual([screen('c', false)]);
    vi.runOnlyPendingTimers();
    expect(asked).toHaveLength(2);
    tellScreen('c', true);
    expect(on.onScreen.mock.lastCall).toEqual([screen('c', true)]);
  });
});
