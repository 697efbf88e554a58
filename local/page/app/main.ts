import { isFor } from './about.ts';
import { createGuest, sendMessage, sentenceOf } from './calls.ts';
import { type Chat, makeChat, type Side } from './chat.ts';
import { makeChoices } from './choices.ts';
import { makeClaims } from './claims.ts';
import { type Conversation, startConversation } from './conversation.ts';
import { makeCounters } from './counters.ts';
import { find } from './dom.ts';
import { makeTrouble } from './trouble.ts';
import { watchFeed } from './feed.ts';
import { makeRelayEnd } from './relay-end.ts';
import { makeSecondTab } from './second-tab.ts';
import type { ErrorFrame } from './steps.ts';
import { UPSTREAMS } from './upstreams.ts';
import { makeWayView } from './way-view.ts';
import { isOfQueue, makeWay } from './way.ts';
import { explainDecisions } from './words.ts';

let conversation: Conversation | undefined;
/** Counts the conversations begun: what belongs to an earlier one is dropped. */
let begun = 0;
/** The last one could not be begun. */
let isFailed = false;

const way = makeWay();
const view = makeWayView(way);
const counters = makeCounters();
const claims = makeClaims(
  (event, conversationId = conversation?.guest.conversationId) => {
    counters.gateway(event);
    view.draw(way.gateway(event, conversationId));
    if (event.handled !== undefined) trouble.handled(event.handled);
  },
  (event) => isOfQueue(event) || (conversation !== undefined && isFor(conversation.guest, event)),
);

const choices = makeChoices();
const relaySide = (): Side => (UPSTREAMS[choices.kind()].back === 'agent-types' ? 'agent' : 'guest');
const chats = { guest: makeChat('guest', say('guest')), agent: makeChat('agent', say('agent')) };
const trouble = makeTrouble({
  ...choices,
  conversation: () => conversation,
  begin: beginAnew,
  notice: (...about) => {
    ends[relaySide()].notice(...about);
  },
});
const ends = {
  guest: makeRelayEnd('guest', trouble.reconnect, beginAnew),
  agent: makeRelayEnd('agent', trouble.reconnect, beginAnew),
};
const secondTab = makeSecondTab();

/** Begins a conversation over the chosen upstream: what it goes over is its own, so it is a new one each time. */
async function begin(): Promise<void> {
  begun += 1;
  const mine = begun;
  isFailed = false;
  const kind = choices.kind();
  end();
  const guest = await createGuest(kind);
  if (mine !== begun) return;
  const side = relaySide();
  const onError = (error: ErrorFrame): void => {
    trouble.told(error);
  };
  const onKey = (): void => {
    counters.key();
    trouble.key();
  };
  const shared = { guest, kind, chats, claims, onKey, onError };
  const next = startConversation({ ...shared, onState: ends[side].state });
  conversation = next;
  // What was chosen while there was none to apply it to.
  const isChosen = choices.fault() !== 'none';
  if (side === 'guest') secondTab.offer(shared);
  await next.connect(false);
  if (isChosen) await trouble.apply();
}

function beginAnew(): void {
  begin().catch(failed);
}

/** Ends what there was, and empties both windows. */
function end(): void {
  secondTab.offer();
  conversation?.close();
  conversation = undefined;
  trouble.reset();
  for (const side of ['guest', 'agent'] as const) {
    chats[side].clear();
    ends[side].notice();
    ends[side].state(side === relaySide() ? { is: 'connecting' } : undefined);
  }
}

function say(from: Side): Parameters<typeof makeChat>[1] {
  return async (text) => {
    const current = conversation;
    if (current === undefined) throw new Error('There is no conversation yet.');
    // Before the message goes out, as a client does that sends it.
    if (from === 'guest') current.guestWrote();
    await sendMessage(current.guest.conversationId, from, text);
    if (from === 'agent') current.agentWrote();
    const line = { from, text, at: Date.now() };
    // The desk shows the guest's messages as the org's screen has them.
    const shownTo: Chat[] = from === 'guest' ? [chats.guest] : [chats.guest, chats.agent];
    if (current === conversation) for (const chat of shownTo) chat.say(line);
  };
}

async function start(): Promise<void> {
  await watchFeed(() => conversation?.guest, {
    onGateway: claims.offer,
    onMessage(message) {
      counters.org(message);
      view.draw(way.org(message));
    },
    onScreen(screen) {
      conversation?.onScreen(screen);
    },
    // The local run was started anew, and knows nothing of the one before.
    onUnknown: beginAnew,
    onWatching(watching) {
      find('away', HTMLElement).hidden = watching;
      if (watching && isFailed) beginAnew();
    },
  });
  await begin();
}

/** No conversation could be begun. */
function failed(error: unknown): void {
  isFailed = true;
  ends[relaySide()].state({ is: 'closed', why: 'Not connected', told: sentenceOf(error) });
}

choices.onKind(beginAnew);
choices.onFault(() => {
  trouble.apply().catch((error: unknown) => {
    ends[relaySide()].notice(sentenceOf(error), { recovery: 'To recover: choose again.' });
  });
});
find('clear', HTMLButtonElement).addEventListener('click', () => {
  view.clear();
  counters.clear();
});
explainDecisions();
start().catch(failed);
