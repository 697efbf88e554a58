import type { OrgListener } from './org-events.ts';
import type { Records } from './records.ts';
import { makeRecords } from './records.ts';

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
  authorization?: 'basic' | 'guest' | 'service' | 'user' | 'none' | 'unknown';
}

export type Journal = Records<OrgMessage>;

const KEPT_BODY_CHARACTERS = 16_384;
const SECRET_NAME = /token|secret|password|jwt|^code$/i;

/** Everything that arrived. */
export function makeJournal(emit: OrgListener): Journal {
  return makeRecords<OrgMessage>(
    (message, seq) => ({ seq, ...message }),
    (message) => {
      emit({ type: 'message', message });
    },
  );
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
