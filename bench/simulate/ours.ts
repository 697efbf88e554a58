import { typingSender } from '../../client/sender.ts';
import type { ConnectionEvent, Relay } from '../../functions/relay/relay.ts';
import type { Timing } from '../../functions/relay/upstream.ts';
import { epoch, HOPS, LOSS, makeSurroundedRelay } from './aws.ts';
import { Field, PAGE, Socket } from './browser.ts';
import { type Clock, enter, killTimers, makeClock } from './clock.ts';
import type { Conversation, Draft } from './guest.ts';
import { type FarSide, type History, makeFarSide } from './history.ts';
import type { Random } from './random.ts';
import { DELAY_MS, FAULT_MS, type Weather } from './weather.ts';

/** The real client and the real relay before a far side. */
export interface Ours {
  name: string;
  timing: Timing;
  /** How long the far side shows an "on"; Infinity for a held one. */
  expiry: number;
  outlivesMessage?: true;
}

interface World {
  clock: Clock;
  weather: Weather;
  random: Random;
  far: FarSide;
  frames: History['frames'];
  calls: number[];
  lostOffs: number[];
  faults: readonly number[];
}

/** What goes from a client's connection to the relay. */
export interface Passage {
  frame: (body: string, connectionId: string) => void;
  left: (connectionId: string) => void;
}

/**
 * The way from the client to the relay's handlers: API Gateway has a connection's frames in order, its functions run
 * at once.
 */
export function makeWay(
  { clock, weather, random, frames }: Pick<World, 'clock' | 'weather' | 'random' | 'frames'>,
  relay: Pick<Relay, 'typing' | 'left'>,
  sealedSession = '',
): Passage {
  let lastArrival = 0;
  let requests = 0;

  function arrive(connectionId: string, handle: (event: ConnectionEvent) => void): void {
    const { gateway, handler } = HOPS;
    const way = gateway.fixedMs + random.gamma(gateway.shape, weather.jitterMs);
    lastArrival = Math.max(lastArrival, clock.now() + way);
    const receivedAt = epoch(lastArrival);
    // No session ends here, so it does not matter when a connection began.
    const event = {
      connectionId,
      connectedAt: 0,
      sealedSession,
      requestId: String(requests++),
      receivedAt,
    };
    const start = lastArrival + handler.fixedMs + random.gamma(handler.shape, weather.jitterMs);
    clock.at(
      start,
      () => {
        handle(event);
      },
      true,
    );
  }
  return {
    frame: (body: string, connectionId: string): void => {
      frames.push({ at: clock.now(), on: body.includes('true') });
      const lost = random.next() < weather.loss * LOSS.gateway;
      arrive(connectionId, (event) => {
        if (!lost) void relay.typing({ ...event, body });
      });
    },
    left: (connectionId: string): void => {
      // API Gateway sends $disconnect by its best effort: it may never come.
      const lost = random.next() < weather.loss * LOSS.gateway;
      arrive(connectionId, (event) => {
        if (!lost) void relay.left(event);
      });
    },
  };
}

function surround({ clock, weather, random, far, calls, lostOffs, faults }: World, timing: Timing): Relay {
  return makeSurroundedRelay({
    clock,
    weather,
    random,
    timing,
    called: (at) => calls.push(at),
    takesEffect: (isTyping) => {
      far[isTyping ? 'on' : 'off'](clock.now());
    },
    lostOff: (at) => lostOffs.push(at),
    refuses: (at) => {
      const begun = weather.fault === 'limit' ? faults.findLast((fault) => fault <= at) : undefined;
      return begun === undefined ? 0 : begun + FAULT_MS - at;
    },
  });
}

export interface Page {
  press: () => void;
  send: () => void;
  cut: () => void;
  reopen: () => void;
  die: (isSeen: boolean) => void;
}

/**
 * The guest's page: the text field, the client that follows it, and a socket that it opens again after a cut.
 * @param lapses as the client's option, for a far side that expires
 */
export function makePage(way: Passage, lapses: boolean, name = 'connection'): Page {
  let opened = 0;
  const open = (): Socket => new Socket(`${name} ${++opened}`, way.frame);
  const field = new Field();
  let socket: Socket | undefined = open();
  const sender = typingSender(() => socket, field, { page: PAGE, lapses });
  return {
    press: (): void => {
      field.press();
    },
    send: (): void => {
      field.value = '';
      sender.sent();
    },
    cut: (): void => {
      const before = socket;
      socket = undefined;
      before?.close();
      if (before) way.left(before.connectionId);
    },
    reopen: (): void => {
      socket ??= open();
    },
    die: (isSeen: boolean): void => {
      killTimers();
      if (isSeen && socket) way.left(socket.connectionId);
    },
  };
}

/** The guest types one draft and sends it, leaves it, or is cut off. */
async function typeDraft(draft: Draft, page: Page, { clock, weather, random, far }: World): Promise<void> {
  for (const key of draft.keys) {
    if (clock.nextAt() <= key) await clock.runUntil(key);
    else clock.skipTo(key);
    page.press();
  }
  await clock.runUntil(draft.end);
  if (draft.how === 'crashed') page.die(weather.fault === 'crash');
  if (draft.how !== 'sent') return;
  page.send();
  // The message takes a way of its own.
  clock.at(draft.end + DELAY_MS + random.exponential(weather.jitterMs), () => {
    far.message(clock.now());
  });
}

/** Replays one conversation through the real client and the real relay. Needs `replaceTimers`. */
export async function runOurs(
  ours: Ours,
  conversation: Conversation,
  weather: Weather,
  random: Random,
): Promise<History> {
  const { drafts, end } = conversation;
  const faults = drafts.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const clock = makeClock();
  const far = makeFarSide(ours.expiry, !ours.outlivesMessage);
  const world: World = { clock, weather, random, far, frames: [], calls: [], lostOffs: [], faults };
  enter(clock);
  const page = makePage(makeWay(world, surround(world, ours.timing)), ours.timing === 'expiring');
  if (weather.fault === 'disconnect')
    for (const fault of faults) {
      clock.at(fault, page.cut);
      clock.at(fault + FAULT_MS, page.reopen);
    }
  for (const draft of drafts) await typeDraft(draft, page, world);
  await clock.runUntil(end);
  const { calls, frames, lostOffs } = world;
  return { drafts, end, shown: far.close(end), calls, frames, lostOffs };
}
