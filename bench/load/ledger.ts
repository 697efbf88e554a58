/** What is known of the frames on their way from the clients to the org. */
export interface Ledger {
  /** A client sent this. @param at epoch milliseconds */
  sent: (conversationId: string, isTyping: boolean, at: number) => void;
  /** This came to the org. @param at epoch milliseconds */
  arrived: (conversationId: string, isTyping: boolean, at: number) => void;
  /** From client frame to upstream frame, of those that a client sent from `since` on; milliseconds, in order. */
  latencies: (since: number) => number[];
  /** Changes that are owed to the org and have not come. */
  owed: () => number;
  /** What came more than once. */
  repeated: () => number;
  /** Frames that clients sent from `since` on, refreshes included. */
  frames: (since: number) => number;
}

interface Sent {
  isTyping: boolean;
  at: number;
}

/**
 * Keeps the ledger. Only changes are owed to the org: while a bubble that it holds is shown, another "on" is a sign
 * of life and goes no further than the relay (docs/protocol.md).
 */
export function makeLedger(): Ledger {
  const waiting = new Map<string, Sent[]>();
  const shown = new Map<string, boolean>();
  const taken: { at: number; ms: number }[] = [];
  const sentAt: number[] = [];
  let repeated = 0;
  return {
    sent(conversationId, isTyping, at) {
      sentAt.push(at);
      if ((shown.get(conversationId) ?? false) === isTyping) return;
      shown.set(conversationId, isTyping);
      const queue = waiting.get(conversationId) ?? [];
      queue.push({ isTyping, at });
      waiting.set(conversationId, queue);
    },
    arrived(conversationId, isTyping, at) {
      const queue = waiting.get(conversationId) ?? [];
      const found = queue.findIndex((one) => one.isTyping === isTyping);
      const sent = queue[found];
      if (sent === undefined) {
        repeated += 1;
        return;
      }
      queue.splice(found, 1);
      taken.push({ at: sent.at, ms: at - sent.at });
    },
    latencies: (since) =>
      taken
        .filter(({ at }) => at >= since)
        .map(({ ms }) => ms)
        .sort((one, other) => one - other),
    owed: () => [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0),
    repeated: () => repeated,
    frames: (since) => sentAt.filter((at) => at >= since).length,
  };
}
