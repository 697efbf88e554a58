import * as z from 'zod/mini';
import { TicketError } from './ticket-error.ts';

/** The secret that holds the keys: the current one, and the one before it while keys rotate. Keys are 64 hex digits. */
const ticketKey = {
  kid: z.string().check(z.minLength(1)),
  key: z.string().check(z.regex(/^[0-9a-f]{64}$/i)),
};
export const ticketKeys = z.object({ ...ticketKey, previous: z.optional(z.object(ticketKey)) });
export type TicketKeys = z.infer<typeof ticketKeys>;

/** The key of that name, 32 bytes. @throws TicketError `unknown_key` */
export function keyOf(keys: TicketKeys, kid: string | undefined): Uint8Array<ArrayBuffer> {
  const found = [keys, keys.previous].find((candidate) => candidate?.kid === kid);
  if (!found)
    throw new TicketError(
      'unknown_key',
      'sealed with a key that is neither the current nor the previous one',
    );
  return toKey(found.key);
}

/** A key's 32 bytes. */
export const toKey = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'));
