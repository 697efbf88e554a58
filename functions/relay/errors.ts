/** The error codes of the client's wire. Few and stable: clients may switch on them (docs/protocol.md). */
export const ERROR_CODES = [
  'bad_json',
  'bad_frame',
  'unknown_type',
  'too_many_frames',
  'upstream_rejected',
  'upstream_rate_limited',
  'upstream_unavailable',
  'session_ended',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why an upstream refused: what goes with `upstream_rejected`, and where it is known with `session_ended`. */
export const REJECTION_REASONS = [
  'method_not_allowed',
  'missing_permission',
  'user_token_required',
  'conversation_not_found',
  'participant_mismatch',
  'communication_mismatch',
  'communication_ended',
  'feature_disabled',
  'deployment_refused',
  'session_not_found',
  'session_expired',
  'session_read_only',
  'connection_closed',
  'bad_credentials',
  'invalid_request',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

interface Details {
  reason?: RejectionReason;
  /** Do not try again before this many milliseconds have passed. */
  retryAfterMs?: number;
  /** For the log only: what happened underneath. Never sent to a client. */
  cause?: unknown;
  /** For the log only: Genesys' correlation id, which their support asks for. */
  correlationId?: string;
}

/** A failure that the client is told about: a stable code and a sentence that says what to do. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: ErrorCode;
  /** Stands in the log in place of the code, where that says less. */
  readonly logCode: string | undefined;
  readonly reason: RejectionReason | undefined;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
    this.correlationId = details.correlationId;
  }
}

/** The upstream did not answer in time, or not at all. */
export function unavailable(cause: unknown, correlationId?: string): RelayError {
  return new RelayError(
    'upstream_unavailable',
    'Genesys could not be reached in time. Typing is not shown for now; keep sending, the next message tries again.',
    { cause, ...(correlationId !== undefined && { correlationId }) },
  );
}

/** A failure as the client is told of it; what is not foreseen is an upstream that did not answer. */
export const toRelayError = (error: unknown): RelayError =>
  error instanceof RelayError ? error : unavailable(error);

/** The table could not be asked, so nothing was decided and nothing was sent. */
export class StateUnavailable extends RelayError {
  override readonly logCode = 'state_unavailable';
  constructor(cause: unknown) {
    super('upstream_unavailable', 'The relay cannot keep its state for now; the next message tries again.', {
      cause,
    });
  }
}

/** Asks the state. @throws StateUnavailable where that fails */
export const stated = <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw new StateUnavailable(cause);
  });

/** An error's own words for a log line, and those of what caused it, without a stack. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'a thrown value that is no Error';
  const words = `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${words} (${error.cause.name}: ${error.cause.message})` : words;
}
