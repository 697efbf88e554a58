/** A failure that the client is told of, in an error frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, details: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** No answer, or a fault of Genesys' own. */
export const unavailable = (cause: unknown): FrameError =>
  cause instanceof FrameError
    ? cause
    : new FrameError('upstream_unavailable', 'Genesys could not be reached in time.', { cause });
