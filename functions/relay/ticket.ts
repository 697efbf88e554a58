import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import * as z from 'zod/mini';
import { CLOCK_TOLERANCE_S, TICKET_LIFE_S, TICKET_MAX_LENGTH } from './constants.ts';
import { upstreamClaim } from './seal.ts';
import { TicketError } from './ticket-error.ts';
import { keyOf, type TicketKeys, toKey } from './ticket-keys.ts';

/**
 * Tickets: encrypted JWTs (JWE, `dir` with A256GCM, key named by `kid`; RFC 7516, RFC 7519) that a customer's own
 * backend makes and that open one connection each. Encrypted, because a guest's token is a secret.
 */

/** What a ticket carries. `iat` and `exp` are seconds; `upstream` is checked by the upstream that its `kind` names. */
export const ticketClaims = z.object({
  sub: z.string().check(z.minLength(1), z.maxLength(256)),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().check(z.minLength(1), z.maxLength(128)),
  upstream: upstreamClaim,
});
export type TicketClaims = z.infer<typeof ticketClaims>;

const PROTECTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ONLY_OURS = {
  keyManagementAlgorithms: [PROTECTION.alg],
  contentEncryptionAlgorithms: [PROTECTION.enc],
};
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
    const { payload } = await jwtDecrypt(ticket, (header) => keyOf(keys, header.kid), {
      ...ONLY_OURS,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_S,
    });
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
