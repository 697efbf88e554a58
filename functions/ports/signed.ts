import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { AWS_DEADLINE_MS } from '../relay/constants.ts';
import type { HttpAnswer, SendHttp } from './http.ts';

/** A request to an AWS service; `path` comes after the endpoint's own, escaped. */
export interface SignedRequest {
  method: 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends a request, signed. Where there is no answer, or one that `isTransient`, it is tried once more in the deadline.
 * @throws Error when there is no answer in time
 */
export type SendSigned = (
  request: SignedRequest,
  isTransient: (answer: HttpAnswer) => boolean,
) => Promise<HttpAnswer>;

/** Lambda sets these in every function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const lambdaVariables = z.looseObject({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.optional(z.string()),
  /** Set by the stack: what hosts end with in this partition. */
  AWS_URL_SUFFIX: z.optional(z.string()),
});

/** What signing takes of a function's environment. */
export const awsVariables = (environment: NodeJS.ProcessEnv): z.infer<typeof lambdaVariables> =>
  lambdaVariables.parse(environment);

type Data = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Data): string | Uint8Array => {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/**
 * SHA-256 as the signer asks for it: a hash, or with a secret an HMAC. The signer's own is made for each call of the
 * secret as it is, which takes half the time of a signature: the few secrets there are become keys once.
 */
class Sha256 {
  static readonly #keys = new Map<string, KeyObject>();
  static readonly #keysOfBytes = new WeakMap<object, KeyObject>();
  readonly #hash: { update: (data: string | Uint8Array) => unknown; digest: () => Buffer };

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Sha256.#keyOf(secret));
  }
  static #keyOf(secret: Data): KeyObject {
    const known = typeof secret === 'string' ? this.#keys.get(secret) : this.#keysOfBytes.get(secret);
    if (known) return known;
    const bytes = bytesOf(secret);
    const key = createSecretKey(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    if (typeof secret === 'string') this.#keys.set(secret, key);
    else this.#keysOfBytes.set(secret, key);
    return key;
  }
  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

/**
 * The thin signed caller for the message path: AWS' own signer over a kept-alive connection. A call takes a third of
 * the CPU of an SDK client's, which at 128 MB is the difference between 2 ms and 20 ms.
 * @param service its name in a signature, such as `dynamodb`
 * @param environment where the SDKs' own variables stand: region and credentials
 */
export function makeSigned(
  service: string,
  endpoint: URL,
  http: SendHttp,
  environment: NodeJS.ProcessEnv,
): SendSigned {
  const { AWS_REGION: region, ...keys } = awsVariables(environment);
  const root = endpoint.pathname.replace(/\/$/, '');
  const signer = new SignatureV4({
    service,
    region,
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
      ...(keys.AWS_SESSION_TOKEN !== undefined && { sessionToken: keys.AWS_SESSION_TOKEN }),
    },
    sha256: Sha256,
  });

  async function attempt({ method, path, headers, body }: SignedRequest, deadline: number) {
    const signed = await signer.sign({
      method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: root + path,
      query: {},
      headers: { host: endpoint.host, ...headers },
      body,
    });
    const url = endpoint.origin + root + path;
    return http({ method, url, headers: signed.headers, body, deadline });
  }

  return async (request, isTransient) => {
    const deadline = Date.now() + AWS_DEADLINE_MS;
    // Half the time for the first try: a kept connection that died in silence would use up all of it.
    const first = await attempt(request, Date.now() + AWS_DEADLINE_MS / 2).catch(() => undefined);
    return first && !isTransient(first) ? first : attempt(request, deadline);
  };
}
