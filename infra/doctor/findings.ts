import { RelayError, type RejectionReason } from '../../functions/relay/errors.ts';

/** Everything that is looked at. The names are part of the report for machines. */
export type CheckName =
  | `host.${'api' | 'login' | 'webmessaging' | 'api-cdn'}`
  | 'login'
  | 'token'
  | 'budget'
  | 'deployment'
  | `deployment.${'user-typing' | 'agent-typing' | 'auth' | 'domains' | 'socket'}`
  | 'integration'
  | `integration.${'inbound' | 'outbound' | 'webhook'}`
  | 'conversation'
  | `conversation.${'participant' | 'communication'}`
  | 'socket'
  | 'socket.host';

/** `note`: worth knowing, and in nobody's way. `unknown`: could not be looked at, or nobody answered. */
export type State = 'ok' | 'note' | 'bad' | 'unknown';

type Fact = string | number | boolean | null | string[] | Record<string, string | null>[];

/** What came out of one check. */
export interface Finding {
  check: CheckName;
  state: State;
  /** What was looked at, for a person. */
  subject: string;
  says: string;
  /** As the relay would tell a client. */
  reason?: RejectionReason;
  /** Genesys' own id for this answer, which their support asks for. */
  correlationId?: string;
  facts?: Record<string, Fact>;
}

/** What an error of the relay's ports means here: its sentence, and whether it is an answer at all. */
export function explained(error: unknown): Pick<Finding, 'state' | 'says' | 'reason' | 'correlationId'> {
  if (!(error instanceof RelayError)) {
    return { state: 'unknown', says: error instanceof Error ? error.message : 'It failed.' };
  }
  const { code, reason, correlationId, retryAfterMs, cause, message } = error;
  const more = {
    ...(reason !== undefined && { reason }),
    ...(correlationId !== undefined && { correlationId }),
  };
  if (code === 'upstream_unavailable') {
    const words = cause instanceof Error ? `: ${cause.message}` : '';
    return { state: 'unknown', says: `Genesys could not be reached in time${words}.`, ...more };
  }
  if (code === 'upstream_rate_limited') {
    const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
    return {
      state: 'unknown',
      says: `Genesys allows no more calls for now. Try again in ${seconds} s.`,
      ...more,
    };
  }
  return { state: 'bad', says: message, ...more };
}

/** @param names the check and its subject */
export const failed = (names: Pick<Finding, 'check' | 'subject'>, error: unknown): Finding => ({
  ...names,
  ...explained(error),
});
