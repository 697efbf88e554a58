import { CHECKS_REMEMBERED, STALE_AFTER_MS, UPSTREAM_DEADLINE_MS, UPSTREAM_MIN_MS } from './constants.ts';
import { type DeliveryPorts, makeDelivery, type Watch } from './delivery.ts';
import { describe, RelayError, unavailable } from './errors.ts';
import type { FloodGuard } from './flood.ts';
import { frameIdOf, type Outcome, parseTypingFrame, type ServerFrame, toErrorFrame } from './protocol.ts';
import { TicketError } from './ticket.ts';
import type { Decided, TypingEvent } from './typing.ts';
import { type Session, type SessionCheck, SessionError } from './upstream.ts';

export interface RelayPorts extends DeliveryPorts {
  /** Opens the session that the authorizer sealed. */
  openSession: (sealed: string) => Promise<Session>;
  countFrame: FloodGuard;
}

/** A connection's event: whose it is, and when API Gateway had it (epoch milliseconds). */
export interface ConnectionEvent {
  connectionId: string;
  sealedSession: string;
  requestId: string;
  receivedAt: number;
}

export interface Relay {
  /**
   * Handles one typing frame: decides, sends it upstream, and says what to answer, if anything. Never throws. An
   * answer that is the last one (`isLast`) is followed by the connection's end.
   */
  typing: (event: ConnectionEvent & { body: string }) => Promise<ServerFrame | undefined>;
  /** The guest's connection ended: what it left shown upstream is told off. Never throws. */
  left: (event: ConnectionEvent) => Promise<void>;
  /** The delay queue brought a watch back. @throws Error when it should come again */
  expire: (watch: Watch) => Promise<void>;
  /** Closes what is kept open upstream, once nothing is under way any more. */
  release: () => void;
}

type Forwarded = Pick<Decided, 'hasty' | 'after'> & { outcome: Outcome };
type Handled = Pick<Decided, 'hasty' | 'after'> & { answer?: ServerFrame };

/** The heart: from a client's frame to the upstream and back, over whatever ports it is given. */
export function makeRelay(ports: RelayPorts): Relay {
  const { upstream, store, openSession, countFrame, now, warn } = ports;
  const delivery = makeDelivery(ports);
  const pass = makeChecks(ports);

  async function forward(isTyping: boolean, session: Session, event: ConnectionEvent): Promise<Forwarded> {
    const { connectionId, sealedSession, receivedAt } = event;
    if (isTyping && now() - receivedAt > STALE_AFTER_MS) return { outcome: 'stale', hasty: true };
    // Counted from the arrival, so that a cold start does not come on top; a late one still gets a little time.
    const deadline = Math.max(receivedAt + UPSTREAM_DEADLINE_MS, now() + UPSTREAM_MIN_MS);
    // Before the decision: what would be shown to nobody must not count as shown.
    if (isTyping && session.check) await pass(session.check, deadline);
    const decided = await decide(session, { isTyping, connectionId, at: receivedAt });
    const { outcome, send, owes, ...pace } = decided;
    if (outcome === 'ended') throw new RelayError('session_ended', SESSION_ENDED);
    if (send === 'on')
      await delivery.on(session, { sealedSession, shownAt: receivedAt }, owes ?? false, deadline);
    if (send === 'off') await delivery.off(session, sealedSession, deadline);
    return { outcome, ...pace };
  }

  async function decide(session: Session, event: TypingEvent) {
    return store.decide(session.key, event, session.timing).catch((cause: unknown) => {
      throw new StateUnavailable(cause);
    });
  }

  function log(error: RelayError, requestId: string, kind: string | undefined): void {
    const { code, reason, retryAfterMs, correlationId, cause } = error;
    const because = cause === undefined ? undefined : describe(cause);
    warn(code, { requestId, kind, reason, retryAfterMs, correlationId, cause: because });
  }

  async function handle(body: string, event: ConnectionEvent): Promise<Handled> {
    let session: Session | undefined;
    try {
      const frame = parseTypingFrame(body);
      session = await openSession(event.sealedSession);
      const { outcome, ...pace } = await forward(frame.data.isTyping, session, event);
      return frame.id === undefined ? pace : { ...pace, answer: { type: 'ack', id: frame.id, outcome } };
    } catch (error) {
      const told = asRelayError(error);
      const id = frameIdOf(body);
      log(told, event.requestId, session?.kind);
      const answer = toErrorFrame(told, event.requestId, id);
      if (!(error instanceof StateUnavailable)) return { answer, hasty: true };
      // Nobody waits for a typing frame: that it was lost is told to those who asked.
      return id === undefined ? {} : { answer };
    }
  }

  return {
    async typing({ body, ...event }) {
      const { answer, hasty, after } = await handle(body, event);
      if (!hasty) return answer;
      const verdict = await countFrame(event, after);
      return verdict.flood ? verdict.last : answer;
    },

    async left(event) {
      let session: Session | undefined;
      try {
        session = await openSession(event.sealedSession);
        // A connection's end comes after all that it sent, also after a frame of the same millisecond.
        const end = { ...event, receivedAt: event.receivedAt + 1 };
        if (session.timing === 'held') await forward(false, session, end);
      } catch (error) {
        log(asRelayError(error), event.requestId, session?.kind);
      } finally {
        upstream.release();
      }
    },

    async expire(watch) {
      await delivery.expire(await openSession(watch.sealedSession), watch);
    },

    release: upstream.release,
  };
}

/** Makes sure of a session before its first message, once per environment. */
function makeChecks({ upstream, warn }: RelayPorts) {
  /** Bounded: the oldest is forgotten, and asked again if it comes back. */
  const passed = new Set<string>();

  return async (check: SessionCheck, deadline: number): Promise<void> => {
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
  };
}

const SESSION_ENDED = 'This connection can no longer be used. Get a new ticket and connect again.';

/** The table could not be asked, so nothing was decided and nothing was sent. */
class StateUnavailable extends RelayError {
  constructor(cause: unknown) {
    super('upstream_unavailable', 'The relay cannot keep its state for now; the next message tries again.', {
      cause,
    });
  }
}

/** The client hears a code and what to do; the log gets the cause. */
function asRelayError(cause: unknown): RelayError {
  if (cause instanceof RelayError) return cause;
  if (cause instanceof TicketError || cause instanceof SessionError) {
    return new RelayError('session_ended', SESSION_ENDED, { cause });
  }
  return unavailable(cause);
}
