import type { IncomingMessage } from 'node:http';

import { isOwnHost, isOwnOrigin } from '../http/guard.ts';

/** Says why a request is not this page's own; undefined when it is. */
export function refusalOf(request: IncomingMessage): string | undefined {
  if (!isOwnHost(request)) return 'This page is served to 127.0.0.1 and localhost only.';
  if (request.method === 'POST' && !isOwnOrigin(request)) return 'Only this page itself may post here.';
  return undefined;
}
