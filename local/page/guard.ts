import type { IncomingMessage } from 'node:http';

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/**
 * Says why a request is not this page's own; undefined when it is. The host is checked against DNS rebinding, where
 * a foreign name leads here; the origin, because any web page may post to loopback.
 */
export function refusalOf({ method, headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? '';
  // Whatever the port: it may be forwarded from another one.
  if (!OWN_HOSTS.has(host.replace(/:\d{1,5}$/, '')))
    return 'This page is served to 127.0.0.1 and localhost only.';
  if (method === 'POST' && headers.origin !== `http://${host}`) return 'Only this page itself may post here.';
  return undefined;
}
