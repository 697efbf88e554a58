import { parseJson } from '../../json.ts';
import { isAbout } from './about.ts';
import type { GatewayEvent, GuestReply, OrgMessage, Screen } from './wire.ts';
import { feedEvent } from './wire.ts';

export interface FeedListeners {
  onGateway: (event: GatewayEvent) => void;
  /** Something about the guest arrived at the org. */
  onMessage: (message: OrgMessage) => void;
  onScreen: (screen: Screen) => void;
  /** The conversation is none of the run that is watched: another has begun. */
  onUnknown: () => void;
  /** False while the server is away. */
  onWatching: (watching: boolean) => void;
}

type Watched = Pick<GuestReply, 'conversationId' | 'deploymentId' | 'openUserId'>;

/** As long as a browser waits by itself. */
const AGAIN_MS = 1_000;

/**
 * Watches the gateway and one guest at the org, in the order in which things happen there; resolves when the watch has
 * begun. It is begun again whenever it breaks, and is told first what the screen shows by then.
 * @param guest answers the one that is watched now
 */
export async function watchFeed(guest: () => Watched | undefined, on: FeedListeners): Promise<void> {
  let last: Screen | undefined;

  function read(data: unknown): void {
    const feed = feedEvent.safeParse(parseJson(String(data))).data;
    const its = guest();
    if (feed?.source === 'gateway') on.onGateway(feed.event);
    if (feed?.source === 'page' && feed.unknown === its?.conversationId) on.onUnknown();
    if (feed?.source !== 'org' || its === undefined) return;
    const { event } = feed;
    if (event.type === 'message') {
      // An upgrade of web messaging, for one, does not name it itself.
      const { conversationId } = its;
      if (isAbout(its, event.message)) on.onMessage({ ...event.message, conversationId });
    } else if (event.conversationId === its.conversationId) show(event);
  }
  function show(screen: Screen): void {
    last = screen;
    on.onScreen(screen);
  }
  /** Nobody knows any more who types. */
  function forget(): void {
    on.onWatching(false);
    if (last !== undefined && last.conversationId === guest()?.conversationId)
      show({ ...last, guestTyping: false, agentTyping: false });
  }
  function open(opened: () => void): void {
    const query = new URLSearchParams({ conversationId: guest()?.conversationId ?? '' }).toString();
    const source = new EventSource(`/api/events?${query}`);
    source.addEventListener('message', ({ data }) => {
      read(data);
    });
    source.addEventListener('open', () => {
      on.onWatching(true);
      opened();
    });
    source.addEventListener('error', () => {
      // By itself the browser would ask for the guest that was watched at first.
      source.close();
      forget();
      setTimeout(open, AGAIN_MS, opened);
    });
  }
  return new Promise(open);
}
