import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Whose requests are signed, and for which service. */
export interface Signing {
  /** Its name in a signature, such as `dynamodb`. */
  service: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** What a signature is over; the path is escaped already, and there is no query. */
export interface Unsigned {
  method: string;
  path: string;
  /** Their names in lower case, `host` among them. */
  headers: Record<string, string>;
  body: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';

/**
 * AWS Signature Version 4 for the few sorts of request on the message path. Our own, since the SDK's signer was a tenth
 * of the bundle and of a message's processor time; a test holds it to that signer.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @returns the headers of a request that is sent at a time, with its signature
 */
export function makeSigner(signing: Signing): (request: Unsigned, at: Date) => Record<string, string> {
  const { service, region, accessKeyId, secretAccessKey, sessionToken } = signing;
  let last: { day: string; key: KeyObject } | undefined;

  /** Derived once a day, as a key object: Node.js 24 takes longer to make one of a secret than to use it. */
  function keyOf(day: string): KeyObject {
    if (last?.day === day) return last.key;
    const derive = (key: Buffer, part: string): Buffer => createHmac('sha256', key).update(part).digest();
    const secret = [day, region, service, TERMINATOR].reduce(derive, Buffer.from(`AWS4${secretAccessKey}`));
    last = { day, key: createSecretKey(secret) };
    return last.key;
  }

  return ({ method, path, headers: own, body }, at) => {
    const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${service}/${TERMINATOR}`;
    const headers: Record<string, string> = { ...own, 'x-amz-date': time };
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    const names = Object.keys(headers).sort();
    const lines = names.map((name) => `${name}:${headers[name] ?? ''}\n`).join('');
    const signed = names.join(';');
    const canonical = `${method}\n${escaped(path)}\n\n${lines}\n${signed}\n${hash('sha256', body)}`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', keyOf(day)).update(text).digest('hex');
    headers['authorization'] =
      `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  };
}

/** Every service but S3 has the path escaped once more: what is escaped in it already gets its `%` escaped. */
const escaped = (path: string): string => path.split('/').map(escapeSegment).join('/');

/** All but letters, digits and `-._~`. */
const escapeSegment = (segment: string): string =>
  encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
