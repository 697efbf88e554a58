import * as z from 'zod/mini';
import { TicketError } from './ticket-error.ts';

/** The secret that holds the keys: the current one, and the one before it while keys rotate. Keys are 64 hex digits. */
const ticketKey = {
  kid: z.string().check(z.minLength(1)),
  key: z.string().check(z.regex(/^[0-9a-f]{64}$/i)),
};
export const ticketKeys = z.object({ ...ticketKey, previous: z.optional(z.object(ticketKey)) });
export type TicketKeys = z.infer<typeof ticketKeys>;

/** The key of that name, in hex. @throws TicketError `unknown_key` */
export function hexOf(keys: TicketKeys, kid: string | undefined): string {
  const found = [keys, keys.previous].find((candidate) => candidate?.kid === kid);
  if (!found)
    throw new TicketError(
      'unknown_key',
      'sealed with a key that is neither the current nor the previous one',
    );
  return found.key;
}

/** The same, its 32 bytes. @throws TicketError `unknown_key` */
export const keyOf = (keys: TicketKeys, kid: string | undefined): Uint8Array<ArrayBuffer> =>
  toKey(hexOf(keys, kid));

/** A key's 32 bytes. */
export const toKey = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'));
