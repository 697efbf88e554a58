import * as z from 'zod/mini';
import { AWS_DEADLINE_MS } from '../relay/constants.ts';
import type { HttpAnswer, SendHttp } from './http.ts';
import { makeSigner } from './signature.ts';

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

/**
 * The thin signed caller for the message path, over a kept-alive connection. A call takes a third of the CPU of an SDK
 * client's, which at 128 MB is the difference between 2 ms and 20 ms.
 * @param service its name in a signature, such as `dynamodb`
 * @param environment where the SDKs' own variables stand: region and credentials
 */
export function makeSigned(
  service: string,
  endpoint: URL,
  http: SendHttp,
  environment: NodeJS.ProcessEnv,
): SendSigned {
  const variables = awsVariables(environment);
  const root = endpoint.pathname.replace(/\/$/, '');
  const sign = makeSigner({
    service,
    region: variables.AWS_REGION,
    accessKeyId: variables.AWS_ACCESS_KEY_ID,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
    sessionToken: variables.AWS_SESSION_TOKEN,
  });

  async function attempt({ method, path: end, headers, body }: SignedRequest, deadline: number) {
    const path = root + end;
    const signed = sign({ method, path, headers: { host: endpoint.host, ...headers }, body }, new Date());
    return http({ method, url: endpoint.origin + path, headers: signed, body, deadline });
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
