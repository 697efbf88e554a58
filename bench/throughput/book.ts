import type { Account } from './wire.ts';

/** Follows every message of a crowd from its client to the org. Times are epoch milliseconds. */
export interface Book {
  /** A client sends this; its message before has arrived. */
  sent: (conversationId: string, isTyping: boolean, at: number) => void;
  /** This came to the org. @returns whether it was waited for */
  arrived: (conversationId: string, isTyping: boolean, at: number) => boolean;
  /** Something else went wrong. */
  trouble: (what: string) => void;
  /** How many are on their way. */
  underWay: () => number;
  /** What it all comes to; latencies of what was sent from `since` on and arrived before `until`. */
  close: (since: number, until: number) => Account;
}

interface Sent {
  isTyping: boolean;
  at: number;
}

/** Makes the book of one stretch of typing. */
export function makeBook(): Book {
  const waiting = new Map<string, Sent>();
  /** Whose "off" has come at least once. */
  const told = new Set<string>();
  const arrivals: { conversationId: string; sentAt: number; at: number }[] = [];
  const trouble: Record<string, number> = {};
  let [sent, doubled, repeated] = [0, 0, 0];
  return {
    sent: (conversationId, isTyping, at) => {
      if (waiting.has(conversationId)) throw new Error('a session has one message under way at a time');
      sent += 1;
      waiting.set(conversationId, { isTyping, at });
    },
    arrived: (conversationId, isTyping, at) => {
      const expected = waiting.get(conversationId);
      if (expected?.isTyping !== isTyping) {
        if (isTyping || !told.has(conversationId)) doubled += 1;
        else repeated += 1;
        return false;
      }
      waiting.delete(conversationId);
      if (!isTyping) told.add(conversationId);
      arrivals.push({ conversationId, sentAt: expected.at, at });
      return true;
    },
    trouble: (what) => {
      trouble[what] = (trouble[what] ?? 0) + 1;
    },
    underWay: () => waiting.size,
    close: (since, until) => {
      const measured = arrivals.filter(({ at }) => at >= since && at < until);
      return {
        sent,
        arrived: arrivals.length,
        lost: waiting.size,
        doubled,
        repeated,
        latencies: measured.map(({ sentAt, at }) => at - sentAt).toSorted((one, other) => one - other),
        sessions: [...new Set(measured.map(({ conversationId }) => conversationId))],
        trouble,
      };
    },
  };
}
