import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { AWS_DEADLINE_MS } from '../relay/constants.ts';
import { type HttpAnswer, type SendHttp, tryJson } from './http.ts';

/**
 * The thin signed caller for the message path: AWS' own signer over a kept-alive connection. A call takes a third of
 * the CPU of an SDK client's, which at 128 MB is the difference between 2 ms and 20 ms.
 */
export type CallAws = (operation: string, input: object) => Promise<unknown>;

/** An AWS service's refusal. `name` is the service's own, such as `ConditionalCheckFailedException`. */
export class AwsError extends Error {
  readonly status: number;
  /** What the service answered, parsed: a failed condition may come with the item that failed it. */
  readonly answer: unknown;
  constructor(name: string, message: string, status: number, answer: unknown) {
    super(message);
    this.name = name;
    this.status = status;
    this.answer = answer;
  }
}

interface Service {
  /** The service's name in a signature and in a host, such as `dynamodb`. */
  service: 'dynamodb' | 'secretsmanager' | 'sqs';
  /** The service's part of `AWS_ENDPOINT_URL_…`, as the SDKs have it. */
  endpointVariable: 'DYNAMODB' | 'SECRETS_MANAGER' | 'SQS';
  /** What stands before the operation in `X-Amz-Target`. */
  target: string;
  contentType: string;
}

export const DYNAMODB: Service = {
  service: 'dynamodb',
  endpointVariable: 'DYNAMODB',
  target: 'DynamoDB_20120810',
  contentType: 'application/x-amz-json-1.0',
};
export const SECRETS_MANAGER: Service = {
  service: 'secretsmanager',
  endpointVariable: 'SECRETS_MANAGER',
  target: 'secretsmanager',
  contentType: 'application/x-amz-json-1.1',
};

export const SQS: Service = {
  service: 'sqs',
  endpointVariable: 'SQS',
  target: 'AmazonSQS',
  contentType: 'application/x-amz-json-1.0',
};

/** Lambda sets these in every function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const lambdaVariables = z.looseObject({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.optional(z.string()),
  /** Set by the stack: what hosts end with in this partition. */
  AWS_URL_SUFFIX: z.optional(z.string()),
});

const refusal = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/**
 * Makes a caller of one service's JSON API.
 * @param environment where the SDKs' own variables stand: region, credentials, `AWS_ENDPOINT_URL…`
 * @throws AwsError when the service refuses; Error when it does not answer in time. A throttle, a server fault or a
 *   network failure is tried once more within the deadline.
 */
export function makeAws(service: Service, http: SendHttp, environment: NodeJS.ProcessEnv): CallAws {
  const {
    AWS_REGION: region,
    AWS_URL_SUFFIX: urlSuffix = 'amazonaws.com',
    ...keys
  } = lambdaVariables.parse(environment);
  const endpoint = new URL(
    environment[`AWS_ENDPOINT_URL_${service.endpointVariable}`] ??
      environment['AWS_ENDPOINT_URL'] ??
      `https://${service.service}.${region}.${urlSuffix}`,
  );
  const signer = new SignatureV4({
    service: service.service,
    region,
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
      ...(keys.AWS_SESSION_TOKEN !== undefined && { sessionToken: keys.AWS_SESSION_TOKEN }),
    },
    sha256: Hash.bind(null, 'sha256'),
  });

  async function attempt(operation: string, body: string, deadline: number): Promise<HttpAnswer> {
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: '/',
      query: {},
      headers: {
        host: endpoint.host,
        'content-type': service.contentType,
        'x-amz-target': `${service.target}.${operation}`,
      },
      body,
    });
    return http({ method: 'POST', url: endpoint.href, headers, body, deadline });
  }

  return async (operation, input) => {
    const deadline = Date.now() + AWS_DEADLINE_MS;
    const body = JSON.stringify(input);
    // Half the time for the first try: a kept connection that died in silence would use up all of it.
    const first = await attempt(operation, body, Date.now() + AWS_DEADLINE_MS / 2).then(
      read,
      (error: unknown) => asError(error),
    );
    if (!(first instanceof Error)) return first.answer;
    if (!isTransient(first)) throw first;
    const second = read(await attempt(operation, body, deadline));
    if (second instanceof Error) throw second;
    return second.answer;
  };
}

function read({ status, body }: HttpAnswer): { answer: unknown } | AwsError {
  const answer = tryJson(body);
  if (status === 200 && answer !== undefined) return { answer };
  const parsed = refusal.safeParse(answer);
  // The type may be written with its namespace: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`.
  const name = parsed.data?.__type.split('#').at(-1) ?? 'UnknownError';
  return new AwsError(
    name,
    parsed.data?.message ?? parsed.data?.Message ?? `status ${status}`,
    status,
    answer,
  );
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error('request failed'));

/** Whether a second try may help: no answer at all, a fault of the service, or a throttle. */
function isTransient(error: Error): boolean {
  if (!(error instanceof AwsError)) return true;
  return error.status >= 500 || /Throttl|LimitExceeded|ThroughputExceeded/.test(error.name);
}
