import {
  CompactEncrypt,
  compactDecrypt,
  type CompactJWEHeaderParameters,
  EncryptJWT,
  errors,
  jwtDecrypt,
} from 'jose';
import * as z from 'zod/mini';
import {
  CLOCK_TOLERANCE_S,
  SEALED_SESSION_MAX_LENGTH,
  TICKET_LIFE_S,
  TICKET_MAX_LENGTH,
} from './constants.ts';

/**
 * Tickets: encrypted JWTs (JWE, `dir` with A256GCM, key named by `kid`; RFC 7516, RFC 7519) that a customer's own
 * backend makes and that open one connection each. Encrypted, because a guest's token is a secret.
 */

/** The secret that holds the keys: the current one, and the one before it while keys rotate. Keys are 64 hex digits. */
const ticketKey = z.object({
  kid: z.string().check(z.minLength(1)),
  key: z.string().check(z.regex(/^[0-9a-f]{64}$/i)),
});
export const ticketKeys = z.extend(ticketKey, { previous: z.optional(ticketKey) });
export type TicketKeys = z.infer<typeof ticketKeys>;

const upstreamClaim = z.looseObject({ kind: z.string() });

/** What a ticket carries. `iat` and `exp` are seconds; `upstream` is checked by the upstream that its `kind` names. */
export const ticketClaims = z.object({
  sub: z.string().check(z.minLength(1), z.maxLength(256)),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().check(z.minLength(1), z.maxLength(128)),
  upstream: upstreamClaim,
});
export type TicketClaims = z.infer<typeof ticketClaims>;

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

const PROTECTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ONLY_OURS = {
  keyManagementAlgorithms: [PROTECTION.alg],
  contentEncryptionAlgorithms: [PROTECTION.enc],
};
/** What the relay seals for itself is marked, so that one sort is never taken for the other, nor for a ticket. */
const OURS = 'typing-relay-';
export type SealedType = `${typeof OURS}${'session' | 'token'}`;

const toKey = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

function keyOf(keys: TicketKeys, kid: string | undefined): Uint8Array {
  const found = [keys, keys.previous].find((candidate) => candidate?.kid === kid);
  if (!found)
    throw new TicketError(
      'unknown_key',
      'sealed with a key that is neither the current nor the previous one',
    );
  return toKey(found.key);
}

/** Seals a ticket with the current key. */
export async function sealTicket(keys: TicketKeys, claims: TicketClaims): Promise<string> {
  return new EncryptJWT({ ...claims })
    .setProtectedHeader({ ...PROTECTION, kid: keys.kid, typ: 'JWT' })
    .encrypt(toKey(keys.key));
}

/**
 * Opens a ticket and checks its times.
 * @param now epoch milliseconds
 * @throws TicketError with the refusal
 */
export async function openTicket(keys: TicketKeys, ticket: string, now: number): Promise<TicketClaims> {
  if (ticket.length > TICKET_MAX_LENGTH)
    throw new TicketError('too_long', `longer than ${TICKET_MAX_LENGTH} characters`);
  const claims = ticketClaims.safeParse(await decrypt(keys, ticket, now));
  if (!claims.success) {
    const names = claims.error.issues.map((issue) => issue.path.join('.'));
    throw new TicketError('wrong_claims', `missing or wrong: ${names.join(', ')}`);
  }
  const { iat, exp } = claims.data;
  if (iat > now / 1000 + CLOCK_TOLERANCE_S) throw new TicketError('not_yet_valid', 'iat lies in the future');
  if (exp - iat > TICKET_LIFE_S) {
    throw new TicketError('lives_too_long', `exp is more than ${TICKET_LIFE_S} s after iat`);
  }
  return claims.data;
}

async function decrypt(keys: TicketKeys, ticket: string, now: number): Promise<unknown> {
  try {
    const { payload, protectedHeader } = await jwtDecrypt(ticket, (header) => keyOf(keys, header.kid), {
      ...ONLY_OURS,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    if (protectedHeader.typ?.startsWith(OURS))
      throw new TicketError('malformed', `a sealed ${protectedHeader.typ} is no ticket`);
    return payload;
  } catch (error) {
    throw toTicketError(error);
  }
}

function toTicketError(error: unknown): TicketError {
  if (error instanceof TicketError) return error;
  if (error instanceof errors.JWTExpired) return new TicketError('expired', 'its exp has passed');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TicketError(
      error.claim === 'nbf' ? 'not_yet_valid' : 'wrong_claims',
      `${error.claim} is wrong`,
    );
  }
  if (error instanceof errors.JWEDecryptionFailed) {
    return new TicketError('not_decryptable', 'not sealed with the key that its kid names');
  }
  return new TicketError('malformed', 'no JWE with alg "dir" and enc "A256GCM"', error);
}

/** What the functions get of a ticket: who it is, and the upstream session, secrets and all. */
const sealedSession = z.object({ sub: z.string(), upstream: upstreamClaim });
export type SessionClaims = z.infer<typeof sealedSession>;

/** Seals a JSON value for the relay itself with the current key. */
export async function seal(keys: TicketKeys, typ: SealedType, value: unknown): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ ...PROTECTION, kid: keys.kid, typ })
    .encrypt(toKey(keys.key));
}

/** Opens what {@link seal} sealed as the same sort. @throws TicketError */
export async function unseal(keys: TicketKeys, typ: SealedType, sealed: string): Promise<unknown> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(
      sealed,
      ({ kid }: CompactJWEHeaderParameters) => keyOf(keys, kid),
      ONLY_OURS,
    );
    if (protectedHeader.typ !== typ) throw new TicketError('malformed', `not a sealed ${typ}`);
    return JSON.parse(new TextDecoder().decode(plaintext));
  } catch (error) {
    throw toTicketError(error);
  }
}

/** Seals a session for the authorizer's context, which API Gateway hands on to every later event, and may log. */
export async function sealSession(keys: TicketKeys, session: SessionClaims): Promise<string> {
  const sealed = await seal(keys, `${OURS}session`, session);
  if (sealed.length > SEALED_SESSION_MAX_LENGTH) {
    throw new TicketError('too_long', `its session takes more than ${SEALED_SESSION_MAX_LENGTH} characters`);
  }
  return sealed;
}

/** Opens what {@link sealSession} sealed. @throws TicketError */
export async function unsealSession(keys: TicketKeys, sealed: string): Promise<SessionClaims> {
  const session = sealedSession.safeParse(await unseal(keys, `${OURS}session`, sealed));
  if (!session.success) throw new TicketError('malformed', 'a sealed session that lacks a part');
  return session.data;
}
