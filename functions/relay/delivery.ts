import { OFF_RETRIES, RETRY_OFF_MS, SILENCE_MS, UPSTREAM_DEADLINE_MS } from './constants.ts';
import { describe, RelayError } from './errors.ts';
import type { TypingStore } from './typing.ts';
import type { Session, UpstreamMessage } from './upstream.ts';

/** Sends upstream messages. `deadline` is epoch milliseconds; what is not done by then fails. @throws RelayError */
export interface UpstreamPort {
  /** Resolves with the parsed answer of a REST call, undefined for a socket frame. */
  send: (message: UpstreamMessage, deadline: number) => Promise<unknown>;
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

/** @throws Error when the queue cannot be reached */
export type WatchLater = (watch: Watch, delayMs: number) => Promise<void>;

export interface DeliveryPorts {
  upstream: UpstreamPort;
  store: TypingStore;
  watchLater: WatchLater;
  now: () => number;
  /** Waits, for less than a second. */
  wait: (ms: number) => Promise<void>;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** Brings decisions to the upstream, and keeps the promise that goes with a held one: whatever is shown is ended. */
export interface Delivery {
  /**
   * @param owes whether an "off" was owed before already
   * @param deadline epoch milliseconds
   * @throws RelayError when the upstream did not take it; it does not count as shown then
   */
  on: (
    session: Session,
    watch: Watch & { shownAt: number },
    owes: boolean,
    deadline: number,
  ) => Promise<void>;
  /** @throws RelayError when the upstream did not take it; it is owed again then, and tried again soon */
  off: (session: Session, sealedSession: string, deadline: number) => Promise<void>;
  /** A watch came back: ends what a silent guest left. @throws RelayError, for the queue to bring it once more */
  expire: (session: Session, watch: Watch) => Promise<void>;
}

export function makeDelivery(ports: DeliveryPorts): Delivery {
  const { upstream, store, watchLater, now, wait, warn } = ports;

  async function send(session: Session, isTyping: boolean, deadline: number): Promise<void> {
    const message = session.message(isTyping);
    if (message) await upstream.send(message, deadline);
  }

  /** What follows a failure must not hide it: a second failure goes to the log. */
  async function afterwards<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch((error: unknown) => {
      warn('clean_up_failed', { cause: describe(error) });
      return undefined;
    });
  }

  /** Sends an "off"; where nobody knows whether it got through, it is owed again. */
  async function sendOff(session: Session, deadline: number): Promise<void> {
    try {
      await send(session, false, deadline);
    } catch (error) {
      await afterwards(note(session, error));
      if (isTransient(error)) await afterwards(store.offFailed(session.key));
      throw error;
    }
  }

  async function off(session: Session, sealedSession: string, deadline: number): Promise<void> {
    await sendOff(session, deadline).catch(async (error: unknown) => {
      const delay = retryAfterOf(error) ?? RETRY_OFF_MS;
      if (isTransient(error)) await afterwards(watchLater({ sealedSession }, delay));
      throw error;
    });
  }

  /** Sends a watch's "off"; one that fails is tried again soon, and after some times as slowly as the queue does. */
  async function sendWatched(session: Session, watch: Watch): Promise<void> {
    await sendOff(session, now() + UPSTREAM_DEADLINE_MS).catch(async (error: unknown) => {
      const { failures = 0 } = watch;
      if (!isTransient(error) || failures >= OFF_RETRIES) throw error;
      await watchLater({ ...watch, failures: failures + 1 }, retryAfterOf(error) ?? RETRY_OFF_MS);
      warn('off_not_sent', { kind: session.kind, failures: failures + 1, cause: describe(error) });
    });
  }

  /** What a failure says about the session: be silent for a while, or for good. */
  async function note(session: Session, error: unknown): Promise<void> {
    const retryAfterMs = retryAfterOf(error);
    if (retryAfterMs !== undefined) await store.quiet(session.key, now() + retryAfterMs);
    if (error instanceof RelayError && error.code === 'session_ended') await store.end(session.key);
  }

  /**
   * An "off" may have overtaken our "on" on its way: then the last word upstream is wrong, and is said again. Where
   * a newer "on" shows, nobody knows yet whether it will be taken; if it is not, ours is left, and a watch ends it.
   */
  async function lookAgain(session: Session, watch: Watch): Promise<void> {
    const state = await afterwards(store.read(session.key));
    if (!state || state.ended || state.shownAt === watch.shownAt) return;
    if (state.shownAt !== undefined) await afterwards(watchLater({ ...watch, unclear: true }, SILENCE_MS));
    else await afterwards(off(session, watch.sealedSession, now() + UPSTREAM_DEADLINE_MS));
  }

  return {
    async on(session, watch, owes, deadline) {
      const held = session.timing === 'held';
      const watched = held ? afterwards(watchLater(watch, SILENCE_MS)) : undefined;
      try {
        await send(session, true, deadline);
      } catch (error) {
        const owed = owes || isUnclear(error);
        await afterwards(store.onFailed(session.key, watch.shownAt, owed));
        await afterwards(note(session, error));
        if (held && isUnclear(error)) await afterwards(watchLater({ ...watch, unclear: true }, SILENCE_MS));
        throw error;
      } finally {
        await watched;
      }
      if (held) await lookAgain(session, watch);
    },

    off,

    async expire(session, watch) {
      const state = await store.read(session.key);
      if (!state || state.ended) return;
      if (watch.unclear && state.shownAt === undefined) {
        await sendWatched(session, watch);
        return;
      }
      if (!state.owed) return;
      // A newer "on" has a watch of its own.
      if (state.shownAt !== undefined && state.shownAt !== watch.shownAt) return;
      const silentIn = state.shownAt === undefined ? 0 : state.at + SILENCE_MS - now();
      if (silentIn >= 1_000) {
        await watchLater(watch, silentIn);
        return;
      }
      // The queue counts in seconds; the rest of one is waited out here.
      if (silentIn > 0) await wait(silentIn);
      if (await store.expire(session.key, state.at)) await sendWatched(session, watch);
      else await watchLater(watch, SILENCE_MS);
    },
  };
}

/** No answer: the upstream may have taken it. */
const isUnclear = (error: unknown): boolean =>
  !(error instanceof RelayError) || error.code === 'upstream_unavailable';

/** Whether the same message may be taken later. */
const isTransient = (error: unknown): boolean => isUnclear(error) || retryAfterOf(error) !== undefined;

const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof RelayError ? error.retryAfterMs : undefined;
