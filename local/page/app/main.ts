import { makeAgentDesk } from './agent.ts';
import { createGuest, fetchTicket } from './calls.ts';
import { makeClaims } from './claims.ts';
import { makeConnection } from './connection.ts';
import { find } from './dom.ts';
import { watchFeed } from './feed.ts';
import { makeGuestPanel } from './guest.ts';
import { makeWayView } from './way-view.ts';
import { makeWay } from './way.ts';
import type { GuestReply } from './wire.ts';

const panel = makeGuestPanel();

async function start(): Promise<void> {
  const guest = await createGuest();
  const claims = await watch(guest);
  const connection = makeConnection({
    gateway: guest.gateway,
    onOpening: claims.opening,
    onRefused: () => {
      claims.settled('refused');
    },
    onState: (state) => {
      if (state.is === 'open') claims.settled('connect');
      panel.showState(state);
    },
  });
  const connect = (): void => {
    void connection.connect(() => fetchTicket(panel.kind(), guest.conversationId));
  };
  panel.start(guest.conversationId, connection.socket, connect);
  connect();
}

/** Shows what the gateway and the org do with this guest. */
async function watch({ conversationId }: GuestReply): Promise<ReturnType<typeof makeClaims>> {
  const way = makeWay();
  const view = makeWayView(find('way', HTMLElement), way);
  const away = find('away', HTMLElement);
  const claims = makeClaims((event) => {
    view.draw(way.gateway(event));
  });
  find('clear', HTMLButtonElement).addEventListener('click', view.clear);
  await watchFeed(conversationId, {
    onGateway: (event) => {
      claims.offer(event);
    },
    onMessage: (message) => {
      view.draw(way.org(message));
    },
    onScreen: makeAgentDesk(),
    onWatching: (watching) => {
      away.hidden = watching;
    },
  });
  return claims;
}

start().catch((error: unknown) => {
  panel.showState({
    is: 'closed',
    why: error instanceof Error ? error.message : 'The page could not start.',
  });
  // Without a guest there is nothing to connect.
  find('reconnect', HTMLButtonElement).hidden = true;
});
