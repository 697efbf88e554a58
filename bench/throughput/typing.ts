import { setTimeout as delay } from 'node:timers/promises';
import { HASTY_MS, MIN_GAP_MS } from '../../functions/relay/constants.ts';
import type { Org } from '../load/org.ts';
import { type Book, makeBook } from './book.ts';
import type { Guest } from './crowd.ts';
import type { Account, TypingOptions } from './wire.ts';

/**
 * From one frame of a guest to its next at least. Two "on"s may not follow each other within a second, and frames
 * closer together than a fifth of one are counted: neither is what is measured.
 */
const GAP_MS = { on: MIN_GAP_MS - HASTY_MS, off: HASTY_MS + 100 } as const;

/** The org is asked in batches: asked for each message, it would have more to answer than to be told. */
export const ASKED_EVERY_MS = 5;

/** How long the last messages have to come upstream. */
const LAST_MS = 10_000;

/** A message that takes longer holds up no other: it is lost unless it comes before the end. */
const LATE_MS = 4_000;

/** Whose turn it is: guests in the order in which they may send again. */
interface Turns {
  /** Sends one message, unless no guest may yet. `false` alone: "off" for those who type, and no "on". */
  readonly take: (mayBegin: boolean) => boolean;
  /** A guest's message arrived: its next one comes after the gap. */
  readonly back: (conversationId: string) => void;
  /** How many have told that they type. */
  readonly typing: () => number;
  /** Nobody has a turn to come: those who have not sent all wait for a message that is late, or there are none. */
  readonly isOver: () => boolean;
}

interface Due {
  guest: Guest;
  at: number;
}

/** "Off" goes first, so that a guest's bubble stays for no longer than it has to. */
function makeTurns(guests: readonly Guest[], book: Book, once: boolean): Turns {
  const begin: Due[] = guests.map((guest) => ({ guest, at: 0 }));
  const end: Due[] = [];
  const waiting = new Map<string, { guest: Guest; isTyping: boolean; at: number }>();
  const typing = new Set<string>();
  const send = (guest: Guest, isTyping: boolean): void => {
    const at = Date.now();
    waiting.set(guest.conversationId, { guest, isTyping, at });
    if (isTyping) typing.add(guest.conversationId);
    else typing.delete(guest.conversationId);
    book.sent(guest.conversationId, isTyping, at);
    guest.send(isTyping);
  };
  const isDue = ([first]: Due[]): boolean => first !== undefined && first.at <= Date.now();
  return {
    take: (mayBegin) => {
      const isEnd = isDue(end);
      if (!isEnd && !(mayBegin && isDue(begin))) return false;
      const next = (isEnd ? end : begin).shift();
      if (next !== undefined) send(next.guest, !isEnd);
      return next !== undefined;
    },
    back: (conversationId) => {
      const sent = waiting.get(conversationId);
      if (sent === undefined) return;
      waiting.delete(conversationId);
      if (once && !sent.isTyping) return;
      (sent.isTyping ? end : begin).push({
        guest: sent.guest,
        at: sent.at + GAP_MS[sent.isTyping ? 'on' : 'off'],
      });
    },
    typing: () => typing.size,
    isOver: () =>
      begin.length + end.length === 0 && [...waiting.values()].every(({ at }) => at < Date.now() - LATE_MS),
  };
}

/**
 * Lets guests type in turn, each an "on" and then its "off", and follows every frame to the org. Each may be sent once
 * fewer than so many are under way, or by the clock; a guest sends its next one only when its last has arrived.
 */
export async function typeFor(
  guests: readonly Guest[],
  org: Org,
  { underWay, perSecond, once = false, warmUpMs, measuredMs }: TypingOptions,
): Promise<Account> {
  const book = makeBook();
  const turns = makeTurns(guests, book, once);
  const late = makeLate();
  await org.arrivals();
  const began = Date.now();
  const [since, until] = [began + warmUpMs, began + warmUpMs + measuredMs];
  let sent = 0;
  const isAllowed = (): boolean =>
    perSecond === undefined
      ? book.underWay() - late.count() < underWay
      : sent < (perSecond * (Date.now() - began)) / 1_000;
  const pump = (mayBegin: boolean): void => {
    while (isAllowed() && turns.take(mayBegin)) {
      sent += 1;
      late.sent(Date.now());
    }
  };
  const hear = async (): Promise<void> => {
    for (const { conversationId, isTyping, at } of await org.arrivals())
      if (book.arrived(conversationId, isTyping, at)) {
        late.arrived();
        turns.back(conversationId);
      }
  };
  while (Date.now() < until && !turns.isOver()) {
    await hear();
    pump(true);
    await delay(ASKED_EVERY_MS);
  }
  const deadline = until + LAST_MS;
  while (Date.now() < deadline && (book.underWay() > 0 || turns.typing() > 0)) {
    await hear();
    pump(false);
    await delay(ASKED_EVERY_MS);
  }
  // The next stretch may begin with any guest.
  await delay(MIN_GAP_MS);
  await hear();
  return book.close(since, until);
}

interface Late {
  readonly sent: (at: number) => void;
  readonly arrived: () => void;
  /** Messages under way for longer than they should be, as far as can be told without looking at each. */
  readonly count: () => number;
}

function makeLate(): Late {
  const times: number[] = [];
  let arrived = 0;
  /** How many of the times are so long ago: they are in order, and only ever become more. */
  let old = 0;
  return {
    sent: (at) => {
      times.push(at);
    },
    arrived: () => {
      arrived += 1;
    },
    count: () => {
      const since = Date.now() - LATE_MS;
      while ((times[old] ?? Infinity) <= since) old += 1;
      return Math.max(0, old - arrived);
    },
  };
}
