import * as z from 'zod/mini';
import { type HttpAnswer, type SendHttp, tryJson } from './http.ts';
import { awsVariables, makeSigned } from './signed.ts';

/** Makes one operation of a service's JSON API, and resolves with its parsed answer. */
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

const refusal = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** Where a service is: what the SDKs' own variables say, or its public endpoint. */
export function endpointOf(service: Service, environment: NodeJS.ProcessEnv): URL {
  const { AWS_REGION: region, AWS_URL_SUFFIX: urlSuffix = 'amazonaws.com' } = awsVariables(environment);
  return new URL(
    environment[`AWS_ENDPOINT_URL_${service.endpointVariable}`] ??
      environment['AWS_ENDPOINT_URL'] ??
      `https://${service.service}.${region}.${urlSuffix}`,
  );
}

/**
 * Makes a caller of one service's JSON API.
 * @param environment where the SDKs' own variables stand: region, credentials, `AWS_ENDPOINT_URL…`
 * @throws AwsError when the service refuses; Error when it does not answer in time. A throttle, a server fault or a
 *   network failure is tried once more within the deadline.
 */
export function makeAws(service: Service, http: SendHttp, environment: NodeJS.ProcessEnv): CallAws {
  const send = makeSigned(service.service, endpointOf(service, environment), http, environment);

  return async (operation, input) => {
    const headers = {
      'content-type': service.contentType,
      'x-amz-target': `${service.target}.${operation}`,
    };
    const request = { method: 'POST', path: '/', headers, body: JSON.stringify(input) } as const;
    const answered = await send(request, { read, isTransient, repeats: true });
    if (answered instanceof AwsError) throw answered;
    return answered.answer;
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

/** Whether a second try may help: a fault of the service, or a throttle. */
const isTransient = (answered: ReturnType<typeof read>): boolean =>
  answered instanceof AwsError &&
  (answered.status >= 500 || /Throttl|LimitExceeded|ThroughputExceeded/.test(answered.name));
