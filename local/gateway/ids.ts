import { randomBytes } from 'node:crypto';

/** A connection id as API Gateway makes them, such as `L0SM9cOFvHcCIhw=`: 15 characters and `=`. */
export function makeConnectionId(): string {
  return sixteen();
}

/** True for a text of the form of a connection id. */
export const isConnectionId = (text: string): boolean => /^[\w-]{15}=$/.test(text);

/** A request or message id: the same form. */
export function makeRequestId(): string {
  return sixteen();
}

function sixteen(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
