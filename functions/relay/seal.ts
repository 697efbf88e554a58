import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import * as z from 'zod/mini';
import { SEALED_SESSION_MAX_LENGTH } from './constants.ts';
import { TicketError } from './ticket-error.ts';
import { hexOf, type TicketKeys, toKey } from './ticket-keys.ts';

/**
 * What the relay seals for itself: AES-256-GCM (NIST SP 800-38D) of Node's own, with a key that is derived for each sort
 * (HKDF, RFC 5869), so that one is never taken for another, nor for a ticket. No JOSE library: nobody else reads it, and
 * it is opened with every message.
 */
export type SealedType = 'session' | 'token';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The secret holds two keys at most, for two sorts: more are of secrets before this one. */
const DERIVED_MAX = 4;

/** Derived keys by sort and key, since one is needed for every message. */
const derived = new Map<string, KeyObject>();

function keyFor(hex: string, typ: SealedType): KeyObject {
  const name = `${typ} ${hex}`;
  const known = derived.get(name);
  if (known) return known;
  if (derived.size >= DERIVED_MAX) derived.clear();
  const key = createSecretKey(new Uint8Array(hkdfSync('sha256', toKey(hex), '', `typing-relay-${typ}`, 32)));
  derived.set(name, key);
  return key;
}

/** Of the form below: what an older relay sealed must not be taken for a forgery. */
const VERSION = '1';

/** Seals a JSON value with the current key: `1.kid.box`, in base64url; the box is nonce, text and tag. */
export function seal(keys: TicketKeys, typ: SealedType, value: unknown): string {
  const kid = Buffer.from(keys.kid).toString('base64url');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyFor(keys.key, typ), nonce);
  const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()];
  return `${VERSION}.${kid}.${Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url')}`;
}

/** Opens what {@link seal} sealed as the same sort. @throws TicketError */
export function unseal(keys: TicketKeys, typ: SealedType, sealed: string): unknown {
  const [version, kid = '', text = '', ...rest] = sealed.split('.');
  const box = Buffer.from(text, 'base64url');
  if (version !== VERSION || rest.length > 0 || box.length < NONCE_BYTES + TAG_BYTES)
    throw new TicketError('malformed', `not a sealed ${typ}`);
  const key = keyFor(hexOf(keys, Buffer.from(kid, 'base64url').toString()), typ);
  const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  try {
    const opened = [decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
    return JSON.parse(Buffer.concat(opened).toString('utf8'));
  } catch (cause) {
    throw new TicketError(
      'not_decryptable',
      `not a ${typ} that was sealed with the key that it names`,
      cause,
    );
  }
}

/** An upstream session as a ticket names it: `kind` says whose fields the others are. */
export const upstreamClaim = z.looseObject({ kind: z.string() });

/** What the functions get of a ticket: who it is, and the upstream session, secrets and all. */
const sealedSession = z.object({ sub: z.string(), upstream: upstreamClaim });
export type SessionClaims = z.infer<typeof sealedSession>;

/**
 * Seals a session for the authorizer's context, which API Gateway hands on to every later event, and may log.
 * @throws TicketError when it would not fit
 */
export function sealSession(keys: TicketKeys, session: SessionClaims): string {
  const sealed = seal(keys, 'session', session);
  if (sealed.length > SEALED_SESSION_MAX_LENGTH) {
    throw new TicketError('too_long', `its session takes more than ${SEALED_SESSION_MAX_LENGTH} characters`);
  }
  return sealed;
}

/** Opens what {@link sealSession} sealed. @throws TicketError */
export function unsealSession(keys: TicketKeys, sealed: string): SessionClaims {
  const session = sealedSession.safeParse(unseal(keys, 'session', sealed));
  if (!session.success) throw new TicketError('malformed', 'a sealed session that lacks a part');
  return session.data;
}
