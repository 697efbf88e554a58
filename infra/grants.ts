import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Acknowledgment, Stack } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { ITEM_KEYS, type ItemSort } from '../functions/ports/item-keys.ts';
import type { RelayConfig } from './config.ts';
import type { RelayParts } from './parts.ts';
import type { Touches } from './routes.ts';

/** What each use of the table calls, and on which items. */
export const TABLE_USES = {
  'spend-tickets': { items: 'ticket', calls: ['PutItem'] },
  'typing-state': { items: 'session', calls: ['UpdateItem', 'GetItem'] },
  'share-token': { items: 'token', calls: ['UpdateItem', 'GetItem'] },
  'count-frames': { items: 'frames', calls: ['UpdateItem'] },
  'enter-index': { items: 'inbox', calls: ['PutItem'] },
  'leave-index': { items: 'inbox', calls: ['DeleteItem'] },
  'read-index': { items: 'inbox', calls: ['Query', 'DeleteItem'] },
} as const satisfies Partial<Record<Touches, { items: ItemSort; calls: readonly string[] }>>;

/** What a function needs for a thing that it may touch. */
interface Means {
  /** Its environment variables. */
  environment: Record<string, string>;
  /** What its role is allowed, and no more. CDK's own grants are wider: an API's gives any stage and verb. */
  statements: PolicyStatement[];
  /** The findings of cdk-nag that come with it. */
  acknowledged?: Acknowledgment[];
}

/** What a function needs for each thing it may touch: its variables, and a grant no wider than that. */
export function meansOf(touch: Touches, parts: RelayParts): Means {
  const { config, table, ticketKey, genesysClient, webhookSecret, watches } = parts;
  switch (touch) {
    case 'ticket-key':
      return {
        environment: {
          TICKET_KEY_SECRET: ticketKey.secretArn,
          ALLOWED_HOSTS: config.allowedHosts.join(','),
        },
        statements: [readOf(ticketKey)],
      };
    case 'genesys':
      return {
        environment: { GENESYS_CLIENT_SECRET: genesysClient.secretArn, ...hostsOf(config) },
        statements: [readOf(genesysClient)],
      };
    case 'spend-tickets':
    case 'typing-state':
    case 'share-token':
    case 'count-frames':
    case 'enter-index':
    case 'leave-index':
    case 'read-index':
      return { environment: { TABLE_NAME: table.tableName }, statements: [tableUse(touch, parts)] };
    case 'delay-queue':
      return {
        environment: { WATCH_QUEUE_URL: watches.queueUrl },
        statements: [allow(['sqs:SendMessage'], [watches.queueArn])],
      };
    case 'webhook-secret':
      return {
        environment: { WEBHOOK_SECRET: webhookSecret.secretArn },
        statements: [readOf(webhookSecret)],
      };
    case 'answer-clients':
      // DELETE: a client that floods is told so and closed.
      return callback(parts, ['POST', 'DELETE']);
    case 'push-to-clients':
      return callback(parts, ['POST']);
  }
}

/** Lets a function do all this. */
export function allowAll(to: IGrantable, statements: readonly PolicyStatement[]): void {
  for (const statement of statements) to.grantPrincipal.addToPrincipalPolicy(statement);
}

const allow = (actions: string[], resources: string[], conditions = {}): PolicyStatement =>
  new PolicyStatement({ actions, resources, conditions });

const readOf = (secret: Secret): PolicyStatement =>
  allow(['secretsmanager:GetSecretValue'], [secret.secretArn]);

/**
 * Every call names its item's partition key, so the condition holds for each.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function tableUse(use: keyof typeof TABLE_USES, { table }: RelayParts): PolicyStatement {
  const { items, calls } = TABLE_USES[use];
  return allow(
    calls.map((call) => `dynamodb:${call}`),
    [table.tableArn],
    { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${ITEM_KEYS[items]}*`] } },
  );
}

/** The way back to clients. */
function callback({ api, config: { stage } }: RelayParts, verbs: readonly string[]): Means {
  const stack = Stack.of(api);
  const paths = verbs.map((verb) => `${stage}/${verb}/@connections/*`);
  const arns = paths.map((resourceName) =>
    stack.formatArn({ service: 'execute-api', resource: api.apiId, resourceName }),
  );
  // Built from the API's id, so that it stays right behind a custom domain; the functions and the SDK read it there.
  const host = `${api.apiId}.execute-api.${stack.region}.${stack.urlSuffix}`;
  return {
    environment: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `https://${host}/${stage}` },
    statements: [allow(['execute-api:ManageConnections'], arns)],
    acknowledged: arns.map((arn) => ({
      id: `AwsSolutions-IAM5[Resource::${flattened(stack.resolve(arn))}]`,
      reason: 'A connection has its id from API Gateway, when it opens: the wildcard stands for that alone.',
    })),
  };
}

const joined = z.object({
  'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), z.object({ Ref: z.string() })]))]),
});

/** An ARN as cdk-nag writes it, `<…>` for what only the deployment knows. */
const flattened = (resolved: unknown): string =>
  joined
    .parse(resolved)
    ['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`))
    .join('');

/** Genesys' hosts: the region's, or the one origin of a simulated org. */
function hostsOf(config: RelayConfig): Record<string, string> {
  const { genesysOrigin, genesysDomain, webMessagingOrigin = '', webMessagingKeepOpen } = config;
  return {
    GENESYS_API_URL: genesysOrigin ?? `https://api.${genesysDomain}`,
    GENESYS_LOGIN_URL: genesysOrigin ?? `https://login.${genesysDomain}`,
    WEB_MESSAGING_URL:
      genesysOrigin === undefined
        ? `wss://webmessaging.${genesysDomain}/v1`
        : `${genesysOrigin.replace(/^http/, 'ws')}/v1`,
    WEB_MESSAGING_ORIGIN: webMessagingOrigin,
    WEB_MESSAGING_KEEP: String(webMessagingKeepOpen),
  };
}
