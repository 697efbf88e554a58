import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { send } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { isSigned } from '../http/signed.ts';
import { parseJson } from '../json.ts';
import { listen } from '../listen.ts';
import type { Queues } from '../queues/queues.ts';
import { makeQueues } from '../queues/queues.ts';
import type { Template } from '../template/model.ts';
import type { DynamoDb } from './dynamodb.ts';
import { createTables, makeDynamoDb } from './dynamodb.ts';
import { withOldItems } from './old-items.ts';
import type { Secrets } from './secrets.ts';
import { makeSecrets } from './secrets.ts';
import type { Sqs } from './sqs.ts';
import { makeSqs } from './sqs.ts';

export interface AwsOptions {
  readonly template: Pick<Template, 'tables' | 'secrets'> & Partial<Pick<Template, 'queues'>>;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Values for secrets, by name or logical id (CDK's hash may be left out), over the generated ones. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** For the queues; this machine's by default. */
  readonly clock?: Clock;
}

export interface Aws {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SECRETS_MANAGER` and `AWS_ENDPOINT_URL_SQS`. */
  readonly url: string;
  /** A secret's current value, by ARN, name or logical id. Throws when there is none. */
  readonly secretValue: (id: string) => string;
  /** The template's queues, for what takes their messages to the functions. */
  readonly queues: Queues;
  readonly close: () => Promise<void>;
}

/** What DynamoDB takes at most. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** DynamoDB keeps idle connections for about this long; Node.js would drop them after five seconds. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Serves the template's tables, secrets and queues on loopback, for the AWS clients of the functions.
 * Rejects with the error of `listen` as it is, or when a table cannot be made.
 */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const { template, port = 0, secrets: overrides = {} } = options;
  const secrets = makeSecrets(template.secrets, overrides, Date.now);
  const queues = makeQueues(template.queues ?? [], options.clock);
  const services = { dynamoDb: withOldItems(makeDynamoDb()), secrets, sqs: makeSqs(queues) };
  const server = createServer((request, response) => {
    handle(services, request, response).catch(() => {
      // The caller broke off: there is nobody to answer.
      response.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const url = `http://${await listen(server, port)}`;
  const close = async (): Promise<void> => {
    const freed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await freed;
  };
  try {
    await createTables(url, template.tables);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, secretValue: secrets.value, queues, close };
}

interface Services {
  readonly dynamoDb: DynamoDb;
  readonly secrets: Secrets;
  readonly sqs: Sqs;
}

async function handle(
  { dynamoDb, secrets, sqs }: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, LARGEST_BODY);
  if (!isSigned(request)) {
    respond(response, 403, {
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
    return;
  }
  if (body === undefined) {
    respond(response, 413, { __type: 'RequestEntityTooLarge', message: 'The request is too large' });
    return;
  }
  const { method = '', url = '', headers } = request;
  const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
  if (service === 'DynamoDB_20120810') {
    const answered = await dynamoDb({ method, url, headers, body });
    response.writeHead(answered.status, answered.headers).end(answered.body);
    return;
  }
  const json = new Map([
    ['secretsmanager', secrets],
    ['AmazonSQS', sqs],
  ]).get(service);
  const answer = json?.handle(operation, parseJson(body.toString('utf8')));
  if (answer === undefined)
    respond(response, 400, { __type: 'UnknownOperationException', message: 'Unknown operation' });
  else respond(response, answer.status, answer.body, json === sqs ? '1.0' : '1.1');
}

function respond(response: ServerResponse, status: number, body: unknown, version = '1.1'): void {
  send(response, { status, body, headers: { 'Content-Type': `application/x-amz-json-${version}` } });
}
