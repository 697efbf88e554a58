import { CompactEncrypt } from 'jose';
import { type SessionClaims, sealSession } from '../../functions/relay/seal.ts';
import { ticketKeys, toKey } from '../../functions/relay/ticket-keys.ts';

/** Whose handler it is: the relay's own, or the same one as the usual libraries make it. */
export const SIDES = ['ours', 'usual'] as const;
export type Side = (typeof SIDES)[number];

/** How each side's authorizer seals a session for its handler: both by AES-256-GCM with the same key. */
export const SEALS: Readonly<Record<Side, (keys: string, session: SessionClaims) => Promise<string>>> = {
  ours: (keys, session) => Promise.resolve(sealSession(ticketKeys.parse(JSON.parse(keys)), session)),
  usual(keys, session) {
    const { kid, key } = ticketKeys.parse(JSON.parse(keys));
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(session)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .encrypt(toKey(key));
  },
};
