/** What went by at the client's end of the proxy. */
export interface Passage {
  /** A clock of the machine, in milliseconds. */
  at: number;
  /** Of the connection, by the order of connecting. */
  line: number;
  /** `connect`: the client asked for a connection; `up`: bytes from the client; `down`: bytes handed to the client. */
  what: 'connect' | 'up' | 'down';
  bytes: number;
}

/** When a call of the client began and ended, by the same clock. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The round trips that a call was blocked for. One is the TCP handshake of a connection that the call opened. One more is
 * each turn of direction within the call: bytes of the far side that were handed to the client after the client had
 * sent bytes which no others had answered yet. What comes down after the call's end blocked nobody.
 */
export function roundTripsIn(passages: readonly Passage[], { start, end }: Span): number {
  const asking = new Set<number>();
  let trips = 0;
  for (const { at, line, what } of passages) {
    if (at < start || at > end) continue;
    if (what === 'connect') trips += 1;
    if (what === 'up') asking.add(line);
    // The first bytes that come down answer all that went up before; more of them are the same flight.
    if (what === 'down' && asking.delete(line)) trips += 1;
  }
  return trips;
}

/** Bytes of TCP's payload in one direction. */
export const bytesOf = (passages: readonly Passage[], direction: 'up' | 'down'): number =>
  passages.reduce((sum, { what, bytes }) => (what === direction ? sum + bytes : sum), 0);
