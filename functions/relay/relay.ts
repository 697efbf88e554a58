import { STALE_AFTER_MS, UPSTREAM_DEADLINE_MS, UPSTREAM_MIN_MS } from './constants.ts';
import { describe, RelayError, unavailable } from './errors.ts';
import { frameIdOf, type Outcome, parseTypingFrame, type ServerFrame, toErrorFrame } from './protocol.ts';
import { TicketError } from './ticket.ts';
import { type Session, type SessionCheck, SessionError, type UpstreamMessage } from './upstream.ts';

/** Sends upstream messages. `deadline` is epoch milliseconds; what is not done by then fails. @throws RelayError */
export interface UpstreamPort {
  /** Resolves with the parsed answer of a REST call, undefined for a socket frame. */
  send: (message: UpstreamMessage, deadline: number) => Promise<unknown>;
  /** Closes what is kept open: the guest's sockets are few, and each counts. */
  release: () => void;
}

export interface RelayPorts {
  upstream: UpstreamPort;
  /** Opens the session that the authorizer sealed. */
  openSession: (sealed: string) => Promise<Session>;
  now: () => number;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** A typing frame as it came, and whose it is. */
export interface TypingMessage {
  body: string;
  sealedSession: string;
  requestId: string;
  /** When API Gateway received it, epoch milliseconds. */
  receivedAt: number;
}

export interface Relay {
  /** Handles one typing frame: sends it upstream and says what to answer, if anything. Never throws. */
  typing: (message: TypingMessage) => Promise<ServerFrame | undefined>;
  /** The guest's connection ended: what is shown upstream is told off. Never throws. */
  left: (connection: { sealedSession: string; requestId: string }) => Promise<void>;
}

/** Sessions whose check passed, per environment. Bounded: the oldest is forgotten, and asked again if it comes back. */
const CHECKS_REMEMBERED = 1_000;

/** The heart: from a client's frame to the upstream and back, over whatever ports it is given. */
export function makeRelay({ upstream, openSession, now, warn }: RelayPorts): Relay {
  const passed = new Set<string>();

  async function pass(check: SessionCheck, deadline: number): Promise<void> {
    if (passed.has(check.key)) return;
    const answer = await upstream.send(check.question, deadline).catch((error: unknown) => {
      if (!(error instanceof RelayError) || error.reason !== 'missing_permission') throw error;
      // Whoever may not look may still be allowed to type: go on, and let the call itself speak.
      warn('session_unchecked', { reason: error.reason, correlationId: error.correlationId });
      return undefined;
    });
    check.judge(answer);
    passed.add(check.key);
    const [oldest] = passed;
    if (passed.size > CHECKS_REMEMBERED && oldest !== undefined) passed.delete(oldest);
  }

  async function forward(isTyping: boolean, session: Session, receivedAt: number): Promise<Outcome> {
    if (isTyping && now() - receivedAt > STALE_AFTER_MS) return 'stale';
    const message = session.message(isTyping);
    if (!message) return 'ignored';
    // Counted from the arrival, so that a cold start does not come on top; a late one still gets a little time.
    const deadline = Math.max(receivedAt + UPSTREAM_DEADLINE_MS, now() + UPSTREAM_MIN_MS);
    if (session.check) await pass(session.check, deadline);
    await upstream.send(message, deadline);
    return 'forwarded';
  }

  function log(error: RelayError, requestId: string, kind: string | undefined): void {
    const { code, reason, retryAfterMs, correlationId, cause } = error;
    const because = cause === undefined ? undefined : describe(cause);
    warn(code, { requestId, kind, reason, retryAfterMs, correlationId, cause: because });
  }

  return {
    async typing({ body, sealedSession, requestId, receivedAt }) {
      let session: Session | undefined;
      try {
        const frame = parseTypingFrame(body);
        session = await openSession(sealedSession);
        const outcome = await forward(frame.data.isTyping, session, receivedAt);
        return frame.id === undefined ? undefined : { type: 'ack', id: frame.id, outcome };
      } catch (error) {
        const told = asRelayError(error);
        log(told, requestId, session?.kind);
        return toErrorFrame(told, requestId, frameIdOf(body));
      }
    },

    async left({ sealedSession, requestId }) {
      let session: Session | undefined;
      try {
        session = await openSession(sealedSession);
        if (session.timing === 'held') await forward(false, session, now());
      } catch (error) {
        log(asRelayError(error), requestId, session?.kind);
      } finally {
        upstream.release();
      }
    },
  };
}

/** The client hears a code and what to do; the log gets the cause. */
function asRelayError(cause: unknown): RelayError {
  if (cause instanceof RelayError) return cause;
  if (cause instanceof TicketError || cause instanceof SessionError) {
    const message = 'This connection can no longer be used. Get a new ticket and connect again.';
    return new RelayError('session_ended', message, { cause });
  }
  return unavailable(cause);
}
