import {
  CLOCK_STEP_MS,
  EXPIRY_MS,
  HASTY_MS,
  MIN_GAP_MS,
  REFRESH_MS,
  UPSTREAM_DEADLINE_MS,
} from './constants.ts';
import type { Timing } from './upstream.ts';

/**
 * The typing state of one upstream session, and the one decision about it. Pure: `ports/typing-table.ts` makes the same
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
  /** Held upstreams: something is or may be shown, until an "off" was taken. */
  owed?: true;
  /** When the last "off" was decided; absent from the next "on" on. */
  offAt?: number;
  /** The upstream asked for silence until then. */
  quietUntil?: number;
  /** When the upstream session was found over. For a connection from before it stays so, until a later one begins anew. */
  endedAt?: number;
}

export interface TypingEvent {
  isTyping: boolean;
  connectionId: string;
  /** When that connection was opened: with a new ticket, a session may have begun anew. */
  connectedAt: number;
  at: number;
}

export interface Decision {
  outcome: 'forwarded' | 'coalesced' | 'stale' | 'ignored' | 'ended';
  /** What to tell the upstream, if anything. An expiring upstream is never told "off". */
  send?: 'on' | 'off';
  /** With an "on": an "off" was owed already, whatever becomes of it. */
  owes?: true;
  /** With an "off": the time of the "on" that it ends, as {@link TypingStore.settle} asks for it. */
  ends?: number;
  /** With an "on": the one before is still shown, so that this one may be spared. */
  refresh?: true;
  /** The state to keep; absent when nothing is written. */
  next?: TypingState;
}

/** Decides about one event. */
export function decide(state: TypingState | undefined, event: TypingEvent, timing: Timing): Decision {
  if (isOver(state, event)) return { outcome: 'ended' };
  if (state && isBefore(event.at, state.at)) return { outcome: 'stale' };
  if (!event.isTyping) return decideOff(state, event, timing);
  return timing === 'held' ? decideHeldOn(state, event) : decideExpiringOn(state, event);
}

/** Whether the session is over for the connection that an event came from. */
export const isOver = (state: TypingState | undefined, { connectedAt }: TypingEvent): boolean =>
  state?.endedAt !== undefined && connectedAt <= state.endedAt;

/** Whether an "on" cannot be sent now, whatever else is shown: the session is over, or told to wait. */
export const isSilent = (state: TypingState | undefined, event: TypingEvent): boolean =>
  state !== undefined && (isOver(state, event) || isQuiet(state, event));

/** The state that an event leaves: nothing shows in it yet, and what had ended has begun anew. */
function recorded(state: TypingState | undefined, { at, connectionId }: TypingEvent): TypingState {
  const next: TypingState = { at, by: connectionId, lastOnAt: state?.lastOnAt ?? 0 };
  if (state?.owed) next.owed = true;
  if (state?.quietUntil !== undefined) next.quietUntil = state.quietUntil;
  return next;
}

/** An off counts from the connection that typed last, and from anybody while nothing is shown: as a mark in time. */
function decideOff(state: TypingState | undefined, event: TypingEvent, timing: Timing): Decision {
  const shows = state?.shownAt !== undefined || state?.owed === true;
  if (shows && state.by !== event.connectionId) return { outcome: 'ignored' };
  if (state && isUnderWay(state, event)) return { outcome: 'ignored' };
  const next = recorded(state, event);
  next.offAt = event.at;
  if (state?.shownAt !== undefined) next.lastOnAt = state.shownAt;
  return timing === 'held' && next.owed
    ? { outcome: 'forwarded', send: 'off', ends: next.lastOnAt, next }
    : { outcome: 'ignored', next };
}

/** An "off" that was decided just now is still on its way, or tried again: a client that says it twice, or leaves, adds nothing. */
const isUnderWay = ({ shownAt, offAt }: TypingState, { at }: TypingEvent): boolean =>
  shownAt === undefined && offAt !== undefined && isWithin(UPSTREAM_DEADLINE_MS, offAt, at);

/** A held upstream gets changes only; an "on" that changes nothing is still a sign of life. */
function decideHeldOn(state: TypingState | undefined, event: TypingEvent): Decision {
  const shows = state?.shownAt;
  if (shows === undefined && state && (isQuiet(state, event) || isTooSoon(state, event)))
    return { outcome: 'coalesced' };
  const next = recorded(state, event);
  next.owed = true;
  next.shownAt = shows ?? event.at;
  if (shows !== undefined) return { outcome: 'coalesced', next };
  return state?.owed
    ? { outcome: 'forwarded', send: 'on', owes: true, next }
    : { outcome: 'forwarded', send: 'on', next };
}

/** An expiring upstream is reminded once the last "on" has grown old. */
function decideExpiringOn(state: TypingState | undefined, event: TypingEvent): Decision {
  if (state) {
    const fresh = state.shownAt !== undefined && isWithin(REFRESH_MS, state.shownAt, event.at);
    const tooSoon = state.shownAt === undefined && isTooSoon(state, event);
    if (fresh || tooSoon || isQuiet(state, event)) return { outcome: 'coalesced' };
  }
  const next = recorded(state, event);
  next.shownAt = event.at;
  const { refresh } = refreshOf(state, event);
  return refresh
    ? { outcome: 'forwarded', send: 'on', refresh, next }
    : { outcome: 'forwarded', send: 'on', next };
}

/** Whether an "on" to an expiring upstream prolongs what still shows there. */
export function refreshOf(before: TypingState | undefined, { at }: TypingEvent): { refresh?: true } {
  const shows = before?.shownAt !== undefined && isWithin(EXPIRY_MS, before.shownAt, at);
  return shows ? { refresh: true } : {};
}

const isQuiet = ({ quietUntil = 0 }: TypingState, { at }: TypingEvent): boolean => quietUntil > at;

const isTooSoon = ({ lastOnAt }: TypingState, { at }: TypingEvent): boolean =>
  isWithin(MIN_GAP_MS, lastOnAt, at);

/** Whether `time` is earlier than `other`; what lies too far back for that shows that the clock was set back. */
export const isBefore = (time: number, other: number): boolean =>
  time < other && other - time <= CLOCK_STEP_MS;

/** Whether less than `ms` lie between an earlier time and now. A time from before the clock was set back is long ago. */
const isWithin = (ms: number, earlier: number, at: number): boolean =>
  earlier > at - ms && earlier <= at + CLOCK_STEP_MS;

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
  if (recorded && (before === undefined || Math.abs(at - before.at) >= HASTY_MS)) return {};
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
  /** The upstream session is over: from this time on nothing more is sent for it, also where nothing was before. */
  end: (session: string, at: number) => Promise<void>;
  /**
   * An "off" was taken that ended the "on" of that time, so that nothing is owed any more.
   * @returns the time of a newer "on" that shows: nobody knows which of the two the far side took last
   */
  settle: (session: string, ends: number) => Promise<number | undefined>;
  /** The "on" that shows is said again at another time. @returns false when it shows no longer */
  restate: (session: string, from: number, to: number) => Promise<boolean>;
  /**
   * Hides what shows, if the last event is still the one of this time.
   * @returns the time of the "on" that an "off" has to end now; undefined when there was a sign of life
   */
  expire: (session: string, at: number) => Promise<number | undefined>;
}
