import { PING_MS } from '../../client/constants.ts';
import type { Relay } from '../../functions/relay/relay.ts';
import { type Clock, enter, makeClock, replaceTimers } from '../simulate/clock.ts';
import { type Draft, generated, makeConversation } from '../simulate/guest.ts';
import { type FarSide, type History, makeFarSide } from '../simulate/history.ts';
import { makePage, makeWay, type Page } from '../simulate/ours.ts';
import { makeRandom, type Random } from '../simulate/random.ts';
import { DELAY_MS, REFERENCE, type Weather } from '../simulate/weather.ts';
import { type Counts, type Ledger, makeLedger } from './counts.ts';
import { makeFarEnd } from './far-side.ts';
import { makeFleet } from './fleet.ts';
import { chatName, type Way } from './upstreams.ts';

export interface ChatsOptions {
  way: Way;
  /** How many chats go on at once. */
  chats: number;
  seed: number;
  /** The number of the first: others have other drafts. */
  first?: number;
  /** For how long, in seconds of virtual time; one conversation of each where it is not said. */
  seconds?: number;
  /** Platform API requests a minute of the one token that they share. */
  requestsPerMinute: number;
  signal?: AbortSignal | undefined;
  /** The reference weather where it is not said. */
  weather?: Weather;
  /** Told of each message that goes upstream, in virtual milliseconds, and whether it never takes effect there. */
  called?: (at: number, isLost: boolean) => void;
  /** Told of each that took effect. */
  reached?: () => void;
}

export interface ChatsResult {
  seconds: Counts[];
  histories: History[];
  /** Environments of the typing function that were busy at once at most. */
  busiest: number;
}

/** For how long what a chat leaves behind is watched: its last "off", and the watch of its last "on". */
const AFTERWARDS_MS = 15_000;

/** How far apart the conversations of one chat lie in the numbering: no two chats have the same. */
const STRIDE = 1_000_003;

/** A moment within the conversations of a chat, from which on it is watched, so that chats are not in step. */
function draftsOf(
  index: number,
  seed: number,
  seconds: number | undefined,
): { drafts: Draft[]; end: number } {
  const first = makeConversation(generated, index, seed, {});
  if (seconds === undefined) return first;
  const phase = makeRandom(seed, index, 4).next() * first.end;
  const end = seconds * 1_000;
  const drafts: Draft[] = [];
  for (let at = -phase, next = index; at < end; next += STRIDE) {
    const conversation = makeConversation(generated, next, seed, {});
    for (const draft of conversation.drafts) {
      const keys = draft.keys.map((key) => key + at);
      if ((keys[0] ?? 0) >= 0 && draft.end + at < end) drafts.push({ ...draft, keys, end: draft.end + at });
    }
    at += conversation.end;
  }
  return { drafts, end };
}

/** Types a chat's drafts: one step after another in the clock's time, so that many chats go on at once. */
function type(
  drafts: readonly Draft[],
  at: (time: number, run: () => void) => unknown,
  page: Page,
  sent: (end: number) => void,
): void {
  function write(index: number): void {
    const draft = drafts[index];
    if (!draft) return;
    const { keys, end, how } = draft;
    const press = (key: number): void => {
      const time = keys[key];
      if (time === undefined) at(end, finish);
      else
        at(time, () => {
          page.press();
          press(key + 1);
        });
    };
    function finish(): void {
      if (how === 'sent') {
        page.send();
        sent(end);
      }
      write(index + 1);
    }
    press(0);
  }
  write(0);
}

interface World {
  clock: Clock;
  ledger: Ledger;
  random: Random;
  way: Way;
  relay: Pick<Relay, 'typing' | 'left'>;
  farSides: Map<string, FarSide>;
}

interface Chat {
  end: number;
  page: Page;
  /** What happened until then. */
  history: (end: number) => History;
}

/** One guest with the real client, whose typing, messages and pings are set into the clock. */
function startChat(world: World, index: number, options: ChatsOptions): Chat {
  const { seed, seconds, weather = REFERENCE } = options;
  const { clock, ledger, random, way, relay, farSides } = world;
  const name = chatName(index);
  const { drafts, end } = draftsOf(index, seed, seconds);
  const far = makeFarSide(way.expiryMs, true);
  farSides.set(name, far);
  const frames: History['frames'] = [];
  const passage = makeWay({ clock, weather, random, frames }, relay, name);
  const frame = (body: string, connectionId: string): void => {
    ledger.count('frames');
    if (body.includes('true')) ledger.count('ons');
    passage.frame(body, connectionId);
  };
  const page = makePage({ ...passage, frame }, Number.isFinite(way.expiryMs), name);
  ledger.count('connections');
  type(drafts, clock.at, page, (sentAt) => {
    // The message takes a way of its own.
    clock.at(sentAt + DELAY_MS + random.exponential(weather.jitterMs), () => {
      far.message(clock.now());
    });
  });
  for (let at = PING_MS; at < end; at += PING_MS)
    clock.at(at, () => {
      ledger.count('pings');
    });
  return {
    end,
    page,
    history: (until) => ({ drafts, end: until, shown: far.close(until), calls: [], frames }),
  };
}

/**
 * Runs chats that share one deployment in virtual time: the real client, relay, delivery, expiry and REST port, with
 * budget and metrics, over a memory table, a virtual queue and a virtual Genesys.
 * @throws when it was ended
 */
export async function runChats(options: ChatsOptions): Promise<ChatsResult> {
  const { way, chats, seed, seconds, requestsPerMinute, signal, first = 0 } = options;
  const clock = makeClock();
  const ledger = makeLedger(clock.now);
  const random = makeRandom(seed, first, 3);
  const farSides = new Map<string, FarSide>();
  const takesEffect = (chat: string, isTyping: boolean): void => {
    options.reached?.();
    farSides.get(chat)?.[isTyping ? 'on' : 'off'](clock.now());
  };
  const farEnd = makeFarEnd({
    clock,
    random,
    weather: options.weather ?? REFERENCE,
    way,
    ledger,
    requestsPerMinute,
    takesEffect,
    called: options.called,
  });
  // A chat that is watched alone stands for one of many, whose environments are warm.
  const fleet = makeFleet({ clock, way, ledger, farEnd, environments: way.environments, warm: chats === 1 });
  const world: World = { clock, ledger, random, way, relay: fleet.relay, farSides };
  const putBack = replaceTimers();
  try {
    enter(clock);
    const all = Array.from({ length: chats }, (_, place) => startChat(world, first + place, options));
    const end = Math.max(...all.map((chat) => chat.end));
    for (let at = 0; at < end; at += 1_000) {
      signal?.throwIfAborted();
      await clock.runUntil(Math.min(at + 1_000, end));
    }
    if (seconds === undefined) {
      for (const { page } of all) page.cut();
      await clock.runUntil(end + AFTERWARDS_MS);
    }
    const histories = all.map((chat) => chat.history(end));
    return { seconds: ledger.seconds, histories, busiest: fleet.busiest() };
  } finally {
    putBack();
  }
}
