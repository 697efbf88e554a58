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

/** How an answer is read, and when the request is made once more, within the same deadline. */
export interface Reading<T> {
  read: (answer: HttpAnswer) => T;
  /** Whether what was answered may be otherwise the second time. */
  isTransient: (read: T) => boolean;
  /** Whether it may be made twice although nobody knows what became of the first one. */
  repeats: boolean;
}

/** Sends a request, signed. @throws Error when there is no answer in time */
export type SendSigned = <T>(request: SignedRequest, reading: Reading<T>) => Promise<T>;

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

const bytesOf = (data: Data): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

/** The secret, and the few that the signer derives of it each day. */
const keys = new Map<Data, KeyObject>();

function keyOf(secret: Data): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(bytesOf(secret));
  keys.set(secret, key);
  return key;
}

/**
 * SHA-256 as the signer asks for it: a hash, or with a secret an HMAC. Node.js 24 takes longer to make a key of a secret
 * than to use it, and the signer's own class has it made for each call: the few secrets there are become keys once.
 */
class Sha256 {
  readonly #hash: { update: (data: Uint8Array) => unknown; digest: () => Buffer };

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
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
  const { AWS_REGION: region, ...credentials } = awsVariables(environment);
  const root = endpoint.pathname.replace(/\/$/, '');
  const signer = new SignatureV4({
    service,
    region,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      ...(credentials.AWS_SESSION_TOKEN !== undefined && { sessionToken: credentials.AWS_SESSION_TOKEN }),
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

  return async (request, { read, isTransient, repeats }) => {
    const deadline = Date.now() + AWS_DEADLINE_MS;
    // Half the time for what has a second try: a kept connection that died in silence would use up all of it.
    const first = await attempt(request, repeats ? Date.now() + AWS_DEADLINE_MS / 2 : deadline).then(
      read,
      (error: unknown) => {
        if (!repeats) throw error;
        return undefined;
      },
    );
    if (first !== undefined && !isTransient(first)) return first;
    return read(await attempt(request, deadline));
  };
}
