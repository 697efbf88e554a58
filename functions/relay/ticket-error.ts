/** The stable words for why a ticket was refused; for the log, never for the caller. */
export type TicketRefusal =
  | 'too_long'
  | 'malformed'
  | 'unknown_key'
  | 'not_decryptable'
  | 'wrong_claims'
  | 'expired'
  | 'not_yet_valid'
  | 'lives_too_long'
  | 'spent';

export class TicketError extends Error {
  override readonly name = 'TicketError';
  readonly refusal: TicketRefusal;
  constructor(refusal: TicketRefusal, message: string, cause?: unknown) {
    super(message, { cause });
    this.refusal = refusal;
  }
}
