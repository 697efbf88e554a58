import { GENESYS_REGIONS } from './regions.ts';

/** Says whether the relay may talk to a URL that came in a ticket. */
export type AllowsUrl = (url: string) => boolean;

const regionDomains = Object.keys(GENESYS_REGIONS);

/**
 * The one rule for hosts: TLS on the standard port to a host of a Genesys region, or an entry of `allowedHosts`.
 * An entry is `host` or `host:port` (TLS only), or a whole origin such as `ws://127.0.0.1:4003`, which allows just
 * that origin, TLS or not.
 *
 * @param allowedHosts further hosts, from the configuration; never from a ticket
 */
export function makeHostRule(allowedHosts: readonly string[]): AllowsUrl {
  const allowed = new Set(allowedHosts.map((entry) => entry.toLowerCase()));
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    // A user name in a URL is a favourite way to make one host look like another.
    if (url?.username !== '' || url.password !== '') return false;
    if (allowed.has(`${url.protocol}//${url.host}`)) return true;
    if (url.protocol !== 'wss:' && url.protocol !== 'https:') return false;
    if (allowed.has(url.host)) return true;
    return url.port === '' && regionDomains.some((domain) => url.hostname.endsWith(`.${domain}`));
  };
}
