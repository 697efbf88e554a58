import type { IncomingMessage } from 'node:http';

/** True for a request that bears a Signature Version 4; whose it is and whether it fits is not looked at. */
export function isSigned(request: IncomingMessage): boolean {
  return request.headers.authorization?.startsWith('AWS4-HMAC-SHA256') === true;
}
