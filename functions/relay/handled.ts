import type { Receipt } from './agent-typing.ts';
import type { RelayError } from './errors.ts';
import type { Outcome } from './server-frames.ts';

/**
 * What became of one event: for a log line at debug, and for the metrics. Words of closed sets, ids and milliseconds;
 * never a secret, nor anything that a guest wrote.
 */
export interface Handled {
  event:
    | 'ticket'
    | 'connect'
    | 'typing-on'
    | 'typing-off'
    | 'typing'
    | 'frame'
    | 'left'
    | 'watch'
    | 'agent-typing';
  outcome: Outcome | WatchOutcome | Receipt['outcome'] | 'refused' | 'admitted' | 'connected' | 'answered';
  requestId: string;
  connectionId?: string;
  /** The upstream, where a session was opened. */
  kind?: string | undefined;
  /** What went wrong: a code of the client's wire, or of the log where that says more; also of what goes on later. */
  error?: string | undefined;
  /** Why, where that is known. */
  reason?: string | undefined;
  /** What the upstream took for this event, in milliseconds; absent where it was not asked. */
  upstreamMs?: number | undefined;
}

/** `ended`: an "off" that was owed is sent. `later`: it will come back. `over`: there is nothing left to do. */
export type WatchOutcome = 'ended' | 'later' | 'over';

/** Told once by each invocation, with everything that it handled. Never throws. */
export type Tell = (handled: readonly Handled[]) => void;

/** What an error says of what was handled. */
export const failureOf = ({
  code,
  logCode = code,
  reason,
}: RelayError): Pick<Handled, 'error' | 'reason'> => ({
  error: logCode,
  reason,
});
