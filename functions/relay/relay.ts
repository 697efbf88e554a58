import { STALE_AFTER_MS, UPSTREAM_DEADLINE_MS, UPSTREAM_MIN_MS } from './constants.ts';
import { makeChecks } from './checks.ts';
import { type Budget, type DeliveryPorts, makeDelivery, type Watch } from './delivery.ts';
import { describe, RelayError, stated, StateUnavailable, unavailable } from './errors.ts';
import type { FloodGuard } from './flood.ts';
import { failureOf, type Handled, type Tell } from './handled.ts';
import { frameIdOf, parseTypingFrame, toErrorFrame } from './protocol.ts';
import type { Outcome, ServerFrame } from './server-frames.ts';
import { TicketError } from './ticket-error.ts';
import { type Decided, isSilent, type TypingEvent } from './typing.ts';
import { type Session, SessionError } from './upstream.ts';

export interface RelayPorts extends Omit<DeliveryPorts, 'took'> {
  /** Opens the session that the authorizer sealed. */
  openSession: (sealed: string) => Promise<Session>;
  countFrame: FloodGuard;
  tell: Tell;
}

/** A connection's event: whose it is, when that was opened, and when API Gateway had the event (epoch milliseconds). */
export interface ConnectionEvent {
  connectionId: string;
  connectedAt: number;
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
  /**
   * The delay queue brought a message back, undefined where it was no watch. Never throws: what is `refused` should come
   * again. It tells nobody: one that brings several is one invocation.
   */
  expire: (messageId: string, watch: Watch | undefined) => Promise<Handled>;
  /** Closes what is kept open upstream, once nothing is under way any more. */
  release: () => void;
}

/** `spared`: not sent although it was time, because the requests run out. */
type Forwarded = Pick<Decided, 'hasty' | 'after'> & { outcome: Outcome; spared?: true };
type Answered = Pick<Decided, 'hasty' | 'after'> & { answer?: ServerFrame; handled: Handled };

/** The heart: from a client's frame to the upstream and back, over whatever ports it is given. */
export function makeRelay(ports: RelayPorts): Relay {
  const { upstream, store, openSession, countFrame, tell, now, warn } = ports;
  /** What the upstream took for each event: sessions are opened anew for each. */
  const spent = new WeakMap<Session, number>();
  const took = (session: Session, ms: number): void => {
    spent.set(session, (spent.get(session) ?? 0) + ms);
  };
  const delivery = makeDelivery({ ...ports, took });
  const checks = makeChecks(ports);

  async function forward(isTyping: boolean, session: Session, event: ConnectionEvent): Promise<Forwarded> {
    const { connectionId, connectedAt, sealedSession, receivedAt } = event;
    if (isTyping && now() - receivedAt > STALE_AFTER_MS) return { outcome: 'stale', hasty: true };
    // Counted from the arrival, so that a cold start does not come on top; a late one still gets a little time.
    const deadline = Math.max(receivedAt + UPSTREAM_DEADLINE_MS, now() + UPSTREAM_MIN_MS);
    const typed: TypingEvent = { isTyping, connectionId, connectedAt, at: receivedAt };
    // Before the decision: what would be shown to nobody must not count as shown.
    if (isTyping && session.check && !checks.passed(session.check)) {
      // A session that is over, or told to wait, is not asked about again: the decision says so by itself.
      if (!isSilent(await stated(store.read(session.key)), typed)) {
        mustBeAffordable(delivery.budget(session));
        const asked = (ms: number): void => {
          took(session, ms);
        };
        await checks.pass(session.check, deadline, asked).catch(refuse(session));
      }
    }
    const decided = await stated(store.decide(session.key, typed, session.timing));
    const { outcome, send, owes, ends, refresh, ...pace } = decided;
    if (outcome === 'ended') throw new RelayError('session_ended', SESSION_ENDED);
    if (send === 'on') {
      const budget = delivery.budget(session);
      if (budget.level === 'spent' || (refresh && budget.level === 'short')) {
        // Not sent, so not shown: the next one is no refresh, and goes out as soon as it may.
        await stated(store.onFailed(session.key, receivedAt, owes ?? false));
        if (!refresh) mustBeAffordable(budget);
        return { outcome: 'coalesced', ...pace, spared: true };
      }
      const watch = { sealedSession, shownAt: receivedAt };
      await delivery.on(session, watch, owes ?? false, deadline).catch(forget(session));
    }
    if (send === 'off') await delivery.off(session, { sealedSession }, ends ?? 0, deadline);
    return { outcome, ...pace };
  }

  /** A session that its check finds over stays silent from now on. */
  const refuse = (session: Session) => async (error: unknown) => {
    await delivery.refused(session, error);
    throw error;
  };

  /** A refusal may mean that what passed holds no longer; a far side that is busy or away says nothing about that. */
  const forget = (session: Session) => (error: unknown) => {
    const refused = error instanceof RelayError && error.code === 'upstream_rejected';
    if (refused && session.check) checks.forget(session.check);
    throw error;
  };

  function log(
    error: RelayError,
    { requestId, connectionId }: ConnectionEvent,
    kind: string | undefined,
  ): void {
    const { code, logCode = code, reason, retryAfterMs, correlationId, cause } = error;
    const because = cause === undefined ? undefined : describe(cause);
    warn(logCode, { requestId, connectionId, kind, reason, retryAfterMs, correlationId, cause: because });
  }

  /** What the session adds to what is told of an event. */
  const about = (session: Session | undefined): Pick<Handled, 'kind' | 'upstreamMs'> =>
    session ? { kind: session.kind, upstreamMs: spent.get(session) } : {};

  async function handle(body: string, event: ConnectionEvent): Promise<Answered> {
    const { requestId, connectionId } = event;
    const ids = { requestId, connectionId };
    let session: Session | undefined;
    let what: Handled['event'] = 'typing';
    try {
      const frame = parseTypingFrame(body);
      what = frame.data.isTyping ? 'typing-on' : 'typing-off';
      session = await openSession(event.sealedSession);
      const { outcome, spared, ...pace } = await forward(frame.data.isTyping, session, event);
      const handled: Handled = { event: what, outcome, ...ids, ...about(session) };
      if (spared) handled.error = 'upstream_rate_limited';
      if (frame.id === undefined) return { ...pace, handled };
      return { ...pace, handled, answer: { type: 'ack', id: frame.id, outcome } };
    } catch (error) {
      const told = asRelayError(error);
      const id = frameIdOf(body);
      log(told, event, session?.kind);
      const answer = toErrorFrame(told, requestId, id);
      const handled: Handled = {
        event: what,
        outcome: 'refused',
        ...ids,
        ...about(session),
        ...failureOf(told),
      };
      if (!(error instanceof StateUnavailable)) return { answer, handled, hasty: true };
      // Nobody waits for a typing frame: that it was lost is told to those who asked.
      return id === undefined ? { handled } : { answer, handled };
    }
  }

  return {
    async typing({ body, ...event }) {
      const { answer, handled, hasty, after } = await handle(body, event);
      const verdict = hasty ? await countFrame(event, after) : undefined;
      tell([verdict?.flood ? { ...handled, ...FLOOD } : handled]);
      return verdict?.flood ? verdict.last : answer;
    },

    async left(event) {
      const { requestId, connectionId } = event;
      let handled: Handled = { event: 'left', outcome: 'ignored', requestId, connectionId };
      let session: Session | undefined;
      try {
        session = await openSession(event.sealedSession);
        // A connection's end comes after all that it sent, also after a frame of the same millisecond.
        const end = { ...event, receivedAt: event.receivedAt + 1 };
        if (session.timing === 'held') handled.outcome = (await forward(false, session, end)).outcome;
      } catch (error) {
        const told = asRelayError(error);
        log(told, event, session?.kind);
        handled = { ...handled, outcome: 'refused', ...failureOf(told) };
      } finally {
        upstream.release();
      }
      tell([{ ...handled, ...about(session) }]);
    },

    async expire(messageId, watch) {
      const handled = { event: 'watch', requestId: messageId } as const;
      let session: Session | undefined;
      try {
        if (!watch) throw new Error('the message is no watch');
        session = await openSession(watch.sealedSession);
        const { outcome, error } = await delivery.expire(session, watch);
        return { ...handled, outcome, ...about(session), ...(error && failureOf(error)) };
      } catch (error) {
        warn('watch_failed', { messageId, kind: session?.kind, cause: describe(error) });
        const known = foreseen(error);
        const failure = known ? failureOf(known) : { error: 'watch_failed' };
        return { ...handled, outcome: 'refused', ...about(session), ...failure };
      }
    },

    release: upstream.release,
  };
}

/** What a frame too many is told as, whatever else was wrong with it. */
const FLOOD = { outcome: 'refused', error: 'too_many_frames', reason: undefined } as const;

const SESSION_ENDED = 'This connection can no longer be used. Get a new ticket and connect again.';

/** Where next to nothing is left of a minute's requests, it is for what ends typing; not even a check is made then. */
function mustBeAffordable({ level, resetsInMs }: Budget): void {
  if (level !== 'spent') return;
  const message = 'The requests that Genesys allows a minute are used up. Wait before typing again.';
  throw new RelayError('upstream_rate_limited', message, { retryAfterMs: resetsInMs });
}

/** A failure that the relay knows what to make of. */
function foreseen(error: unknown): RelayError | undefined {
  if (error instanceof TicketError || error instanceof SessionError)
    return new RelayError('session_ended', SESSION_ENDED, { cause: error });
  return error instanceof RelayError ? error : undefined;
}

/** The client hears a code and what to do; the log gets the cause. */
const asRelayError = (error: unknown): RelayError => foreseen(error) ?? unavailable(error);
