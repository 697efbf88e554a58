import { parseJson } from '../../json.ts';
import type { GatewayEvent, OrgMessage, Screen } from './wire.ts';
import { feedEvent } from './wire.ts';

export interface FeedListeners {
  onGateway: (event: GatewayEvent) => void;
  /** Something about the conversation arrived at the org. */
  onMessage: (message: OrgMessage) => void;
  onScreen: (screen: Screen) => void;
  /** False while the server is away. */
  onWatching: (watching: boolean) => void;
}

/**
 * Watches the gateway and one conversation at the org; resolves when the watch has begun. The browser watches again
 * by itself, and is told first what the screen shows by then.
 */
export async function watchFeed(conversationId: string, on: FeedListeners): Promise<void> {
  const source = new EventSource(`/api/events?${new URLSearchParams({ conversationId }).toString()}`);
  let last: Screen | undefined;
  const show = (screen: Screen): void => {
    last = screen;
    on.onScreen(screen);
  };
  source.addEventListener('message', ({ data }) => {
    const feed = feedEvent.safeParse(parseJson(String(data))).data;
    if (feed === undefined) return;
    if (feed.source === 'gateway') on.onGateway(feed.event);
    else if (feed.event.type === 'message') {
      if (feed.event.message.conversationId === conversationId) on.onMessage(feed.event.message);
    } else if (feed.event.conversationId === conversationId) show(feed.event);
  });
  source.addEventListener('error', () => {
    on.onWatching(false);
    // Nobody knows any more whether the guest types.
    if (last?.guestTyping === true) show({ ...last, guestTyping: false });
  });
  return new Promise((resolve) => {
    source.addEventListener('open', () => {
      on.onWatching(true);
      resolve();
    });
  });
}
