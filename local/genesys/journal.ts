import type { OrgListener } from './org-events.ts';

/** One thing that arrived at the org's own interfaces. No credential is ever in it. */
export interface OrgMessage {
  seq: number;
  /** ISO time of arrival; a delay fault makes it older than its neighbours. */
  at: string;
  via: 'rest' | 'socket' | 'login' | 'upgrade';
  method?: string;
  /** Without the query string: the guest socket's has the token in it. */
  path?: string;
  /** The answer's status; 0 when a fault left it without an answer; absent for a frame that was read. */
  status?: number;
  /** Parsed JSON, or the text itself. */
  body: unknown;
  conversationId?: string;
  guestId?: string;
  authorization?: 'basic' | 'guest' | 'service' | 'none' | 'unknown';
}

export interface JournalQuery {
  /** Only what came after this sequence number. */
  after: number;
  conversationId?: string | undefined;
  /** How long to wait for `count` matches, in milliseconds. */
  waitMs: number;
  count: number;
}

export interface JournalPage {
  messages: OrgMessage[];
  /** The newest sequence number, also of messages that did not match: the next `after`. */
  last: number;
}

export interface Journal {
  record(message: Omit<OrgMessage, 'seq'>): void;
  find(query: JournalQuery, gone: AbortSignal): Promise<JournalPage>;
}

/** Bounds the memory of an org that runs for days; between one and two times this many are kept. */
const KEPT_MESSAGES = 20_000;
const KEPT_BODY_CHARACTERS = 16_384;
const SECRET_NAME = /token|secret|password|jwt/i;

/** Everything that arrived, oldest first, and a long poll over it. */
export function makeJournal(emit: OrgListener): Journal {
  const kept: OrgMessage[] = [];
  const waiting = new Set<(message: OrgMessage) => void>();
  let last = 0;

  const since = (after: number): OrgMessage[] => kept.slice(Math.max(0, after - (kept[0]?.seq ?? 1) + 1));

  return {
    record(message) {
      last += 1;
      const numbered = { seq: last, ...message };
      kept.push(numbered);
      if (kept.length >= 2 * KEPT_MESSAGES) kept.splice(0, KEPT_MESSAGES);
      for (const tell of waiting) tell(numbered);
      emit({ type: 'message', message: numbered });
    },
    find(query, gone) {
      const wanted = ({ conversationId }: OrgMessage): boolean =>
        query.conversationId === undefined || query.conversationId === conversationId;
      const messages = since(query.after).filter(wanted);
      if (messages.length >= query.count || query.waitMs === 0 || gone.aborted) {
        return Promise.resolve({ messages, last });
      }
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(tell);
          gone.removeEventListener('abort', done);
          resolve({ messages, last });
        };
        const tell = (message: OrgMessage): void => {
          if (message.seq > query.after && wanted(message)) messages.push(message);
          if (messages.length >= query.count) done();
        };
        const timer = setTimeout(done, query.waitMs).unref();
        waiting.add(tell);
        gone.addEventListener('abort', done);
      });
    },
  };
}

/** What may be kept of a body: JSON parsed, cut when long, without the credential that came with it. */
export function keepable(text: string, credential = ''): unknown {
  const safe = credential.length < 8 ? text : text.replaceAll(credential, '[redacted]');
  if (safe.length > KEPT_BODY_CHARACTERS) return `${safe.slice(0, KEPT_BODY_CHARACTERS)}…`;
  try {
    return JSON.parse(safe, (name, value: unknown) =>
      typeof value === 'string' && SECRET_NAME.test(name) ? '[redacted]' : value,
    );
  } catch {
    return safe;
  }
}
