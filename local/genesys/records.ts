export interface RecordsQuery {
  /** Only what came after this sequence number. */
  after: number;
  conversationId?: string | undefined;
  /** How long to wait for `count` matches, in milliseconds. */
  waitMs: number;
  count: number;
}

export interface RecordsPage<T> {
  records: T[];
  /** The newest sequence number, also of records that did not match: the next `after`. */
  last: number;
}

export interface Records<T> {
  record(record: Omit<T, 'seq'>): void;
  find(query: RecordsQuery, gone: AbortSignal): Promise<RecordsPage<T>>;
}

/** Bounds the memory of an org that runs for days; between one and two times this many are kept. */
const KEPT_RECORDS = 20_000;

interface Numbered {
  seq: number;
  conversationId?: string;
}

/**
 * What happened, oldest first, and a long poll over it.
 * @param number gives a record its sequence number
 * @param tell told of each
 */
export function makeRecords<T extends Numbered>(
  number: (record: Omit<T, 'seq'>, seq: number) => T,
  tell: (record: T) => void,
): Records<T> {
  const kept: T[] = [];
  const waiting = new Set<(record: T) => void>();
  let last = 0;

  const since = (after: number): T[] => kept.slice(Math.max(0, after - (kept[0]?.seq ?? 1) + 1));

  return {
    record(record) {
      last += 1;
      const numbered = number(record, last);
      kept.push(numbered);
      if (kept.length >= 2 * KEPT_RECORDS) kept.splice(0, KEPT_RECORDS);
      for (const wake of waiting) wake(numbered);
      tell(numbered);
    },
    find(query, gone) {
      const wanted = ({ conversationId }: T): boolean =>
        query.conversationId === undefined || query.conversationId === conversationId;
      const records = since(query.after).filter(wanted);
      if (records.length >= query.count || query.waitMs === 0 || gone.aborted) {
        return Promise.resolve({ records, last });
      }
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          gone.removeEventListener('abort', done);
          resolve({ records, last });
        };
        const wake = (record: T): void => {
          if (record.seq > query.after && wanted(record)) records.push(record);
          if (records.length >= query.count) done();
        };
        const timer = setTimeout(done, query.waitMs).unref();
        waiting.add(wake);
        gone.addEventListener('abort', done);
      });
    },
  };
}
