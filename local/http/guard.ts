import type { IncomingMessage } from 'node:http';

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/** True when a request came to this machine by its own name, so that no foreign name leads here (DNS rebinding). */
export function isOwnHost({ headers: { host = '' } }: IncomingMessage): boolean {
  // Whatever the port: it may be forwarded from another one.
  return OWN_HOSTS.has(host.replace(/:\d{1,5}$/, ''));
}

/** True when the request comes from a page of this very server: any web page may send one to loopback. */
export function isOwnOrigin({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return origin === `http://${host}`;
}
