import { SILENCE_MS } from '../../functions/relay/constants.ts';

/** What is known of the frames on their way from the clients to the org. Times are epoch milliseconds. */
export interface Ledger {
  /** A client sent this. */
  sent: (conversationId: string, isTyping: boolean, at: number) => void;
  /** This came to the org. */
  arrived: (conversationId: string, isTyping: boolean, at: number) => void;
  /** What it all comes to, so far. */
  close: () => Balance;
}

export interface Balance {
  /** What was relayed: when the client sent it, and how long it took. */
  relayed: { at: number; ms: number }[];
  /** When clients sent frames, refreshes included. */
  frames: number[];
  /** Changes that are owed to the org and have not come. */
  owed: number;
  /** Bubbles that the relay ended by itself, for want of a sign of life. */
  silences: number;
  /** Bubbles that it ended though there was one. */
  endedEarly: number;
  /** What came more than once. */
  repeated: number;
}

interface Entry {
  /** Whether a client sent it; else it came to the org. */
  sent: boolean;
  isTyping: boolean;
  at: number;
}

export function makeLedger(): Ledger {
  const conversations = new Map<string, Entry[]>();
  function note(conversationId: string, entry: Entry): void {
    const entries = conversations.get(conversationId);
    if (entries === undefined) conversations.set(conversationId, [entry]);
    else entries.push(entry);
  }
  return {
    sent: (conversationId, isTyping, at) => {
      note(conversationId, { sent: true, isTyping, at });
    },
    arrived: (conversationId, isTyping, at) => {
      note(conversationId, { sent: false, isTyping, at });
    },
    close: () => {
      const total: Balance = { relayed: [], frames: [], owed: 0, silences: 0, endedEarly: 0, repeated: 0 };
      for (const entries of conversations.values()) settle(entries, total);
      return total;
    },
  };
}

/** A sign of life that was sent so shortly before may have crossed with the off. */
const CROSSES_MS = 1_000;

/**
 * Follows one conversation. Only changes are owed to the org: while a bubble that it holds is shown, another "on" is
 * a sign of life and goes no further than the relay (docs/protocol.md).
 */
function settle(entries: readonly Entry[], total: Balance): void {
  // The org is asked in batches, so what came is noted later than what was sent after it.
  const inOrder = entries.toSorted(
    (one, other) => one.at - other.at || Number(other.sent) - Number(one.sent),
  );
  const waiting: Entry[] = [];
  /** What the org was last told, or will be; undefined where either order of two frames is right. */
  let shown: boolean | undefined = false;
  let last: Entry | undefined;
  let [lastOn, onBefore] = [-Infinity, -Infinity];

  function onSent(entry: Entry): void {
    total.frames.push(entry.at);
    // The relay goes by API Gateway's time, which is in whole milliseconds.
    if (last?.at === entry.at && last.isTyping !== entry.isTyping) shown = undefined;
    else {
      if (shown !== undefined && shown !== entry.isTyping) waiting.push(entry);
      // The doubt is of the two alone: the next one counts from what it says.
      shown = entry.isTyping;
    }
    if (entry.isTyping) [lastOn, onBefore] = [entry.at, lastOn];
    last = entry;
  }
  function onArrived({ isTyping, at }: Entry): void {
    const found = waiting.findIndex((entry) => entry.isTyping === isTyping);
    const [sent] = found === -1 ? [] : waiting.splice(found, 1);
    if (sent !== undefined) total.relayed.push({ at: sent.at, ms: at - sent.at });
    else if (shown === isTyping) total.repeated += 1;
    else {
      // After so long without a sign of life the relay says off by itself, and on again at the next one.
      const sign = at - lastOn < CROSSES_MS ? onBefore : lastOn;
      if (shown === true) total[at - sign >= SILENCE_MS ? 'silences' : 'endedEarly'] += 1;
      shown = isTyping;
    }
  }

  for (const entry of inOrder) (entry.sent ? onSent : onArrived)(entry);
  total.owed += waiting.length;
}
