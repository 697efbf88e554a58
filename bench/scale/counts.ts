/** What is counted of chats: what AWS and Genesys are asked for, and what is written. */
export const FIELDS = [
  /** Connections that were opened; each is closed again, where one that ended before may be taken for it. */
  'connections',
  /** Typing frames in. */
  'frames',
  /** Of them, "on"s. */
  'ons',
  /** Pings that keep a connection open. */
  'pings',
  /** Milliseconds that typing handlers took. */
  'typingMs',
  'writes',
  'reads',
  /** Watches put into the delay queue, and brought back by it. */
  'queued',
  'watches',
  /** Milliseconds that watches took, one by one. */
  'watchMs',
  /** Messages that went upstream, REST or not. */
  'calls',
  /** REST requests of the service account: messages, session checks, and the one of each new environment. */
  'requests',
  /** Of them, those that were answered 429. */
  'limited',
  /** Error frames that were sent to clients. */
  'errors',
  'warnBytes',
  'debugBytes',
  'metricBytes',
  'metricLines',
  /** Environments of the typing function that were started. */
  'environments',
] as const;
export type Field = (typeof FIELDS)[number];
export type Counts = Record<Field, number>;

export const noCounts = (): Counts => ({
  connections: 0,
  frames: 0,
  ons: 0,
  pings: 0,
  typingMs: 0,
  writes: 0,
  reads: 0,
  queued: 0,
  watches: 0,
  watchMs: 0,
  calls: 0,
  requests: 0,
  limited: 0,
  errors: 0,
  warnBytes: 0,
  debugBytes: 0,
  metricBytes: 0,
  metricLines: 0,
  environments: 0,
});

/** Adds `more`, `times` over. */
export function addCounts(sum: Counts, more: Counts, times = 1): void {
  for (const field of FIELDS) sum[field] += more[field] * times;
}

/** Every field times `factor`. */
export function scaled(counts: Counts, factor: number): Counts {
  const result = noCounts();
  addCounts(result, counts, factor);
  return result;
}

/** Counts by the second of virtual time in which they came. */
export interface Ledger {
  count: (field: Field, amount?: number) => void;
  /** Milliseconds that ended now, each in its second. */
  spend: (field: Field, ms: number) => void;
  /** One for each second from 0 on; seconds without any are there too. */
  seconds: Counts[];
}

/** @param now milliseconds of virtual time */
export function makeLedger(now: () => number): Ledger {
  const seconds: Counts[] = [];
  function add(field: Field, at: number, amount: number): void {
    while (seconds.length <= at) seconds.push(noCounts());
    const second = seconds[at];
    if (second) second[field] += amount;
  }
  return {
    seconds,
    count(field, amount = 1) {
      add(field, Math.floor(now() / 1_000), amount);
    },
    spend(field, ms) {
      const end = now();
      for (let from = Math.max(0, end - ms); from < end;) {
        const second = Math.floor(from / 1_000);
        const until = Math.min(end, (second + 1) * 1_000);
        add(field, second, until - from);
        from = until;
      }
    },
  };
}

/** The sum of the seconds from `from` up to but not with `to`. */
export function sumOf(seconds: readonly Counts[], from = 0, to = seconds.length): Counts {
  const sum = noCounts();
  for (const second of seconds.slice(from, to)) addCounts(sum, second);
  return sum;
}
