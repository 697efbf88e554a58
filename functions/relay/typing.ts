import { MIN_GAP_MS, REFRESH_MS } from './constants.ts';
import type { Timing } from './upstream.ts';

/**
 * The typing state of one upstream session, and the one decision about it. Pure: `ports/table.ts` makes the same
 * decision in one conditional write, and a property test holds the two together. All times are API Gateway's
 * (epoch milliseconds), the one clock that every message of a session has in common.
 */
export interface TypingState {
  /** When the last event that counted came. An older one is stale. */
  at: number;
  /** The connection that it came from: the one that typed last. */
  by: string;
  /** When the "on" came that shows now (held) or was sent last (expiring); absent when nothing is shown. */
  shownAt?: number;
  /** When the "on" before came; 0 when there was none. */
  lastOnAt: number;
  /** Held upstreams: something is or may be shown, and must be ended. */
  owed?: true;
  /** The upstream asked for silence until then. */
  quietUntil?: number;
  /** The upstream session is over. */
  ended?: true;
}

export interface TypingEvent {
  isTyping: boolean;
  connectionId: string;
  at: number;
}

export interface Decision {
  outcome: 'forwarded' | 'coalesced' | 'stale' | 'ignored' | 'ended';
  /** What to tell the upstream, if anything. An expiring upstream is never told "off". */
  send?: 'on' | 'off';
  /** With an "on": an "off" was owed already, whatever becomes of it. */
  owes?: true;
  /** The state to keep; absent when nothing is written. */
  next?: TypingState;
}

/** Decides about one event. */
export function decide(state: TypingState | undefined, event: TypingEvent, timing: Timing): Decision {
  if (state?.ended) return { outcome: 'ended' };
  if (state && event.at < state.at) return { outcome: 'stale' };
  if (!event.isTyping) return decideOff(state, event, timing);
  return timing === 'held' ? decideHeldOn(state, event) : decideExpiringOn(state, event);
}

/** An off counts from the connection that typed last, and from anybody while nothing is shown: as a mark in time. */
function decideOff(state: TypingState | undefined, event: TypingEvent, timing: Timing): Decision {
  const shows = state?.shownAt !== undefined || state?.owed === true;
  if (shows && state.by !== event.connectionId) return { outcome: 'ignored' };
  const { shownAt, owed, ...rest } = state ?? { lastOnAt: 0 };
  const next = { ...rest, at: event.at, by: event.connectionId, lastOnAt: shownAt ?? rest.lastOnAt };
  return timing === 'held' && owed
    ? { outcome: 'forwarded', send: 'off', next }
    : { outcome: 'ignored', next };
}

/** A held upstream gets changes only; an "on" that changes nothing is still a sign of life. */
function decideHeldOn(state: TypingState | undefined, event: TypingEvent): Decision {
  const next: TypingState = { lastOnAt: 0, ...state, at: event.at, by: event.connectionId, owed: true };
  if (state?.shownAt !== undefined) return { outcome: 'coalesced', next };
  if (state && (isQuiet(state, event) || isTooSoon(state, event))) return { outcome: 'coalesced' };
  const owes = state?.owed && { owes: true as const };
  return { outcome: 'forwarded', send: 'on', ...owes, next: { ...next, shownAt: event.at } };
}

/** An expiring upstream is reminded once the last "on" has grown old. */
function decideExpiringOn(state: TypingState | undefined, event: TypingEvent): Decision {
  if (state) {
    const fresh = state.shownAt !== undefined && state.shownAt > event.at - REFRESH_MS;
    const tooSoon = state.shownAt === undefined && isTooSoon(state, event);
    if (fresh || tooSoon || isQuiet(state, event)) return { outcome: 'coalesced' };
  }
  const next = { lastOnAt: 0, ...state, at: event.at, by: event.connectionId, shownAt: event.at };
  return { outcome: 'forwarded', send: 'on', next };
}

const isQuiet = ({ quietUntil = 0 }: TypingState, { at }: TypingEvent): boolean => quietUntil > at;

const isTooSoon = ({ lastOnAt }: TypingState, { at }: TypingEvent): boolean => lastOnAt > at - MIN_GAP_MS;

/** What a store answers: the decision, and what it saw of the pace at which the connection sends. */
export interface Decided extends Omit<Decision, 'next'> {
  /** The frame changed nothing, or came sooner after the one before than a guest's client would send it. */
  hasty?: true;
  /** With `hasty`: when this connection's frame before came. */
  after?: number;
}

/** What the state before says of a frame's pace. */
export function paceOf(
  before: TypingState | undefined,
  { at, connectionId }: TypingEvent,
  recorded: boolean,
): Pick<Decided, 'hasty' | 'after'> {
  if (recorded && (before === undefined || at - before.at >= MIN_GAP_MS)) return {};
  return { hasty: true, ...(before?.by === connectionId && { after: before.at }) };
}

/** Keeps the state of sessions, by the session's key. @throws Error from each operation when it cannot be reached */
export interface TypingStore {
  /** Makes the decision of {@link decide} and records it, in one step that no other can come between. */
  decide: (session: string, event: TypingEvent, timing: Timing) => Promise<Decided>;
  /** The state as it is now. */
  read: (session: string) => Promise<TypingState | undefined>;
  /** The "on" of this time was not shown after all; `owed` where it may have been, or an "off" was owed before. */
  onFailed: (session: string, shownAt: number, owed: boolean) => Promise<void>;
  /** The upstream asked for silence until then. */
  quiet: (session: string, until: number) => Promise<void>;
  /** The upstream session is over: nothing more is sent for it. */
  end: (session: string) => Promise<void>;
  /** An "off" was not sent: it is owed again. @returns false when something newer is shown, so that nothing is owed */
  offFailed: (session: string) => Promise<boolean>;
  /** Takes back what is shown, if the last event is still the one of this time. @returns whether an "off" is to be sent */
  expire: (session: string, at: number) => Promise<boolean>;
}
