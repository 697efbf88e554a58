import { Hash } from '@smithy/hash-node';
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
    sha256: Hash.bind(null, 'sha256'),
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
