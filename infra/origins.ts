/** What may stand for a host in the settings of a deployment, and in the flags of the doctor. */

/** This machine, with or without a port: what runs here needs no TLS. */
export const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** `https://host`, or plain HTTP to this machine, for a simulated org. */
export function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url?.origin === text &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.host)))
  );
}
export const ORIGIN_RULE = 'https://host, or http:// with a loopback host';

/** The Origin that is sent to web messaging: mobile clients have a bare host for one. */
export const SENT_ORIGIN = /^(https:\/\/)?[\w.-]+(:\d+)?$/;
export const SENT_ORIGIN_RULE = 'a host, or https:// and a host';
