import {
  MIN_GAP_MS,
  OFF_RETRIES,
  RETRY_OFF_MAX_MS,
  RETRY_OFF_MS,
  SILENCE_MS,
  UPSTREAM_DEADLINE_MS,
} from './constants.ts';
import { describe, RelayError, stated, toRelayError } from './errors.ts';
import type { WatchOutcome } from './handled.ts';
import type { TypingStore } from './typing.ts';
import type { Session, UpstreamMessage } from './upstream.ts';

/** How many of a minute's requests are left: Genesys allows a token so many, and calls that end typing come first. */
export interface Budget {
  level: 'plenty' | 'short' | 'spent';
  /** Until it is plenty again; 0 where it is. */
  resetsInMs: number;
}

/** Sends upstream messages. `deadline` is epoch milliseconds; what is not done by then fails. @throws RelayError */
export interface UpstreamPort {
  /** Resolves with the parsed answer of a REST call, undefined for a socket frame. */
  send: (message: UpstreamMessage, deadline: number) => Promise<unknown>;
  /** What is left of the budget that this message would use. */
  budget: (message: UpstreamMessage) => Budget;
  /** Closes what is kept open: the guest's sockets are few, and each counts. */
  release: () => void;
}

/** What the delay queue brings back: whose silence to look for, and which "on" it watches. */
export interface Watch {
  sealedSession: string;
  /** The time of that "on"; absent where an "off" is still to be sent. */
  shownAt?: number | undefined;
  /** Nobody knows what became of that "on": it may still take effect, even after an "off". */
  unclear?: boolean | undefined;
  /** How often its "off" has failed already. */
  failures?: number | undefined;
}

/** What became of a watch; `error` is why its "off" is to be sent once more. */
export interface Expired {
  outcome: WatchOutcome;
  error?: RelayError;
}

type ShownWatch = Watch & { shownAt: number };

/** @throws Error when the queue cannot be reached */
export type WatchLater = (watch: Watch, delayMs: number) => Promise<void>;

export interface DeliveryPorts {
  upstream: UpstreamPort;
  store: TypingStore;
  watchLater: WatchLater;
  now: () => number;
  /** Waits, for a second at most. */
  wait: (ms: number) => Promise<void>;
  warn: (code: string, fields: Record<string, unknown>) => void;
  /** An upstream took so many milliseconds for a message of this session, whatever came of it. */
  took: (session: Session, ms: number) => void;
}

/** Brings decisions to the upstream, and keeps the promise that goes with a held one: whatever is shown is ended. */
export interface Delivery {
  /**
   * @param owes whether an "off" was owed before already
   * @param deadline epoch milliseconds
   * @throws RelayError when the upstream did not take it; it does not count as shown then
   */
  on: (session: Session, watch: ShownWatch, owes: boolean, deadline: number) => Promise<void>;
  /** What is left of the requests that an "on" of this session would use one of. */
  budget: (session: Session) => Budget;
  /**
   * @param watch comes back when it was not taken
   * @param ends the time of the "on" that it ends
   * @throws RelayError when the upstream did not take it; it is tried again soon
   */
  off: (session: Session, watch: Watch, ends: number, deadline: number) => Promise<void>;
  /** Takes note of what a refusal says about the session: be silent for a while, or for good. Never throws. */
  refused: (session: Session, error: unknown) => Promise<void>;
  /** A watch came back: ends what a silent guest left. @throws RelayError, for the queue to bring it once more */
  expire: (session: Session, watch: Watch) => Promise<Expired>;
}

export function makeDelivery(ports: DeliveryPorts): Delivery {
  const { upstream, store, watchLater, now, wait, warn, took } = ports;

  async function send(session: Session, isTyping: boolean, deadline: number): Promise<void> {
    const began = now();
    const message = session.message(isTyping, began);
    if (!message) return;
    try {
      await upstream.send(message, deadline);
    } finally {
      took(session, now() - began);
    }
  }

  function budget(session: Session): Budget {
    const message = session.message(true, now());
    return message ? upstream.budget(message) : { level: 'plenty', resetsInMs: 0 };
  }

  /** What follows a failure must not hide it: a second failure goes to the log. */
  async function afterwards<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch((error: unknown) => {
      warn('clean_up_failed', { cause: describe(error) });
      return undefined;
    });
  }

  /**
   * Sends the "off" for the "on" of the time `ends`. It stays owed until it was taken. A newer "on" may have overtaken
   * it on its way: then the last word upstream is wrong, and is said again.
   */
  async function sendOff(
    session: Session,
    sealedSession: string,
    ends: number,
    deadline: number,
  ): Promise<void> {
    try {
      await send(session, false, deadline);
    } catch (error) {
      await afterwards(note(session, error));
      throw error;
    }
    const newer = await afterwards(store.settle(session.key, ends));
    if (newer !== undefined) await afterwards(sayAgain(session, sealedSession, newer));
  }

  /** Says again the "on" of that time, no sooner than two of them may follow each other. */
  async function sayAgain(session: Session, sealedSession: string, shownAt: number): Promise<void> {
    const at = Math.max(now(), shownAt + MIN_GAP_MS);
    await wait(at - now());
    if (!(await store.restate(session.key, shownAt, at))) return;
    await on(session, { sealedSession, shownAt: at }, true, now() + UPSTREAM_DEADLINE_MS);
  }

  async function off(session: Session, watch: Watch, ends: number, deadline: number): Promise<void> {
    await sendOff(session, watch.sealedSession, ends, deadline).catch(async (error: unknown) => {
      if (isTransient(error)) await afterwards(watchLater(watch, retryAfterOf(error) ?? RETRY_OFF_MS));
      throw error;
    });
  }

  /** Sends a watch's "off"; one that fails is tried again, ever more slowly. @throws RelayError where that is no use */
  async function sendWatched(session: Session, watch: Watch, ends: number): Promise<Expired> {
    const deadline = now() + UPSTREAM_DEADLINE_MS;
    try {
      await sendOff(session, watch.sealedSession, ends, deadline);
      return { outcome: 'ended' };
    } catch (error) {
      const retryAfterMs = retryAfterOf(error);
      const failures = (watch.failures ?? 0) + (retryAfterMs === undefined ? 1 : 0);
      if (!isTransient(error) || failures > OFF_RETRIES) throw error;
      await watchLater({ ...watch, failures }, retryAfterMs ?? backoff(failures));
      warn('off_not_sent', { kind: session.kind, failures, cause: describe(error) });
      return { outcome: 'later', error: toRelayError(error) };
    }
  }

  /** What a failure says about the session: be silent for a while, or for good. */
  async function note(session: Session, error: unknown): Promise<void> {
    const retryAfterMs = retryAfterOf(error);
    if (retryAfterMs !== undefined) await store.quiet(session.key, now() + retryAfterMs);
    if (error instanceof RelayError && error.code === 'session_ended') await store.end(session.key, now());
  }

  /**
   * An "off" may have overtaken our "on" on its way: then the last word upstream is wrong, and is said again. Where
   * a newer "on" shows, nobody knows yet whether it will be taken; if it is not, ours is left, and a watch ends it.
   */
  async function lookAgain(session: Session, watch: Watch): Promise<void> {
    const found = await afterwards(store.read(session.key).then((state) => ({ state })));
    const { state } = found ?? {};
    const unclear = { ...watch, unclear: true };
    if (found && (!state || state.endedAt !== undefined || state.shownAt === watch.shownAt)) return;
    if (state && state.shownAt === undefined) {
      await afterwards(off(session, unclear, state.lastOnAt, now() + UPSTREAM_DEADLINE_MS));
    } else {
      await afterwards(watchLater(unclear, SILENCE_MS));
    }
  }

  async function on(session: Session, watch: ShownWatch, owes: boolean, deadline: number): Promise<void> {
    const held = session.timing === 'held';
    const watching = held ? afterwards(watchLater(watch, SILENCE_MS).then(() => true)) : undefined;
    try {
      await send(session, true, deadline);
    } catch (error) {
      const owed = owes || isUnclear(error);
      await afterwards(store.onFailed(session.key, watch.shownAt, owed));
      await afterwards(note(session, error));
      if (held && isUnclear(error)) await afterwards(watchLater({ ...watch, unclear: true }, SILENCE_MS));
      throw error;
    } finally {
      await watching;
    }
    if (!held) return;
    // Nobody would end what nobody watches: it does not count as shown, and the next one gets a watch of its own.
    if (!(await watching)) await afterwards(store.onFailed(session.key, watch.shownAt, true));
    else await lookAgain(session, watch);
  }

  /** Waits until it is time to act, or has the queue bring the watch again then. @returns whether it is time */
  async function isDue(watch: Watch, inMs: number): Promise<boolean> {
    if (inMs >= 1_000) {
      await watchLater(watch, inMs);
      return false;
    }
    // The queue counts in seconds; the rest of one is waited out here.
    if (inMs > 0) await wait(inMs);
    return true;
  }

  async function expire(session: Session, watch: Watch): Promise<Expired> {
    const state = await stated(store.read(session.key));
    if (!state || state.endedAt !== undefined) return { outcome: 'over' };
    if (!(await isDue(watch, (state.quietUntil ?? 0) - now()))) return { outcome: 'later' };
    const { shownAt } = state;
    if (shownAt === undefined) {
      if (!watch.unclear && !state.owed) return { outcome: 'over' };
      return sendWatched(session, watch, state.lastOnAt);
    }
    if (shownAt !== watch.shownAt) {
      if (!watch.unclear) return { outcome: 'over' };
      // A newer "on" has a watch of its own; what nobody knows of is ended once that is over.
      await watchLater(watch, SILENCE_MS);
      return { outcome: 'later' };
    }
    // Where the clock was set back, the last event seems to lie ahead.
    const silentIn = Math.min(SILENCE_MS, state.at + SILENCE_MS - now());
    if (!(await isDue(watch, silentIn))) return { outcome: 'later' };
    const ends = await stated(store.expire(session.key, state.at));
    if (ends !== undefined) return sendWatched(session, watch, ends);
    await watchLater(watch, SILENCE_MS);
    return { outcome: 'later' };
  }

  return {
    on,
    off,
    expire,
    budget,
    refused: (session, error) => afterwards(note(session, error)),
  };
}

const backoff = (failures: number): number => Math.min(RETRY_OFF_MAX_MS, RETRY_OFF_MS * 4 ** (failures - 1));

/** No answer: the upstream may have taken it. */
const isUnclear = (error: unknown): boolean =>
  !(error instanceof RelayError) || error.code === 'upstream_unavailable';

/** Whether the same message may be taken later. */
const isTransient = (error: unknown): boolean => isUnclear(error) || retryAfterOf(error) !== undefined;

const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof RelayError ? error.retryAfterMs : undefined;
