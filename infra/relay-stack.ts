import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpMethod,
  LogGroupLogDestination,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { RelayConfig } from './config.ts';
import { makeFunction, makeLogGroup } from './relay-function.ts';
import { makeGenesysClient, makeTicketKey, makeWebhookSecret } from './secrets.ts';
import { makeWebhookApi } from './webhook-api.ts';
import { AUTHORIZER, EXPIRE, type FunctionSpec, ROUTES, type Touches, WEBHOOKS } from './routes.ts';

/**
 * One line a request. The authorizer's context stays out of it, though it is sealed.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTimeEpoch: '$context.requestTimeEpoch',
    connectionId: '$context.connectionId',
    eventType: '$context.eventType',
    routeKey: '$context.routeKey',
    status: '$context.status',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
    integrationLatency: '$context.integrationLatency',
    authorizerStatus: '$context.authorizer.status',
    authorizerLatency: '$context.authorizer.latency',
    authorizerError: '$context.authorizer.error',
  }),
);

/** How many environments there are of the function that keeps web messaging sockets open. */
const KEEPING_ENVIRONMENTS = 2;

/** What of the stack functions may touch. */
interface Shared {
  config: RelayConfig;
  api: WebSocketApi;
  table: Table;
  ticketKey: Secret;
  genesysClient: Secret;
  webhookSecret: Secret;
  watches: Queue;
}

/** The whole deployment: a WebSocket API and a webhook, a function for each route, a table, three secrets, a delay queue. */
export class RelayStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { config: RelayConfig }) {
    super(scope, id, props);
    const shared: Shared = {
      config,
      api: new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.type' }),
      table: makeTable(this),
      ticketKey: makeTicketKey(this),
      genesysClient: makeGenesysClient(this),
      webhookSecret: makeWebhookSecret(this),
      watches: makeWatchQueue(this),
    };
    const build = (spec: FunctionSpec): Function => this.buildFunction(spec, shared);
    // No identity source: the default demands a header that browsers cannot set; the function refuses instead.
    const authorizer = new WebSocketLambdaAuthorizer('Authorizer', build(AUTHORIZER), { identitySource: [] });
    for (const { route, answers = false, ...spec } of ROUTES) {
      const integration = new WebSocketLambdaIntegration(`${spec.handler}Integration`, build(spec));
      const onlyAtConnect = route === '$connect' ? { authorizer } : {};
      shared.api.addRoute(route, { integration, returnResponse: answers, ...onlyAtConnect });
    }
    // One that failed comes back alone; the others of its batch do not.
    const source = new SqsEventSource(shared.watches, { batchSize: 10, reportBatchItemFailures: true });
    build(EXPIRE).addEventSource(source);
    const webhooks = makeWebhookApi(this, config);
    for (const { method, path, ...spec } of WEBHOOKS) {
      const integration = new HttpLambdaIntegration(`${spec.handler}Integration`, build(spec));
      webhooks.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
    const stage = makeStage(this, shared);
    new CfnOutput(this, 'WebSocketUrl', { value: stage.url });
    new CfnOutput(this, 'TicketKeySecretName', { value: shared.ticketKey.secretName });
    new CfnOutput(this, 'WebhookUrl', { value: `${webhooks.apiEndpoint}${WEBHOOKS[0]?.path ?? ''}` });
    new CfnOutput(this, 'WebhookSecretName', { value: shared.webhookSecret.secretName });
    new CfnOutput(this, 'GenesysClientSecretName', { value: shared.genesysClient.secretName });
  }

  private buildFunction({ handler, touches }: FunctionSpec, shared: Shared): Function {
    const { logRetentionDays, webMessagingKeepOpen } = shared.config;
    // Each environment may keep a socket of a guest open, who has three: two, and the guest's own tab.
    const reserved = webMessagingKeepOpen && handler === 'typing' ? KEEPING_ENVIRONMENTS : undefined;
    const built = makeFunction(this, handler, { retention: logRetentionDays, reserved });
    if (touches.length > 0) built.addEnvironment('AWS_URL_SUFFIX', this.urlSuffix);
    for (const touch of touches) {
      const { environment, grant } = this.means(touch, shared);
      for (const [name, value] of Object.entries(environment)) built.addEnvironment(name, value);
      grant(built);
    }
    return built;
  }

  /** What a function needs for each thing it may touch: its variables, and a grant no wider than that. */
  private means(touch: Touches, shared: Shared) {
    const { config, api, table, ticketKey, genesysClient, webhookSecret, watches } = shared;
    const hosts = { ALLOWED_HOSTS: config.allowedHosts.join(',') };
    switch (touch) {
      case 'ticket-key':
        return {
          environment: { TICKET_KEY_SECRET: ticketKey.secretArn, ...hosts },
          grant: readOf(ticketKey),
        };
      case 'genesys': {
        const environment = {
          WEB_MESSAGING_URL: webMessagingUrl(config),
          WEB_MESSAGING_ORIGIN: config.webMessagingOrigin ?? '',
          WEB_MESSAGING_KEEP: String(config.webMessagingKeepOpen),
          GENESYS_CLIENT_SECRET: genesysClient.secretArn,
          GENESYS_API_URL: config.genesysOrigin ?? `https://api.${config.genesysDomain}`,
          GENESYS_LOGIN_URL: config.genesysOrigin ?? `https://login.${config.genesysDomain}`,
        };
        return { environment, grant: readOf(genesysClient) };
      }
      case 'spend-tickets':
      case 'typing-state':
      case 'count-frames':
      case 'enter-index':
      case 'leave-index':
      case 'read-index':
        return {
          environment: { TABLE_NAME: table.tableName },
          grant: (to: IGrantable) => table.grant(to, ...TABLE_ACTIONS[touch]),
        };
      case 'delay-queue':
        return {
          environment: { WATCH_QUEUE_URL: watches.queueUrl },
          grant: allow('sqs:SendMessage', watches.queueArn),
        };
      case 'webhook-secret':
        return { environment: { WEBHOOK_SECRET: webhookSecret.secretArn }, grant: readOf(webhookSecret) };
      case 'answer-clients':
      case 'push-to-clients': {
        // Built from the API's id, so that it stays right behind a custom domain; the SDK reads it by itself.
        const host = `${api.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
        const verbs = touch === 'answer-clients' ? ['POST', 'DELETE'] : ['POST'];
        const arn = (verb: string): string => {
          const resourceName = `${config.stage}/${verb}/@connections/*`;
          return this.formatArn({ service: 'execute-api', resource: api.apiId, resourceName });
        };
        return {
          environment: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `https://${host}/${config.stage}` },
          // DELETE: a client that floods is told so and closed.
          grant: allow('execute-api:ManageConnections', ...verbs.map(arn)),
        };
      }
    }
  }
}

/** Genesys' host for guests, or the same origin as all else of a simulated org. */
const webMessagingUrl = ({ genesysOrigin, genesysDomain }: RelayConfig): string =>
  genesysOrigin === undefined
    ? `wss://webmessaging.${genesysDomain}/v1`
    : `${genesysOrigin.replace(/^http/, 'ws')}/v1`;

/** What each use of the table takes. */
const TABLE_ACTIONS = {
  'spend-tickets': ['dynamodb:PutItem'],
  'typing-state': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'count-frames': ['dynamodb:UpdateItem'],
  'enter-index': ['dynamodb:PutItem'],
  'leave-index': ['dynamodb:DeleteItem'],
  'read-index': ['dynamodb:Query', 'dynamodb:DeleteItem'],
} satisfies Partial<Record<Touches, string[]>>;

/** CDK's own grants are wider: a secret's adds DescribeSecret, an API's any stage and verb. */
const allow =
  (action: string, ...resources: string[]) =>
  (to: IGrantable) =>
    to.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }));

const readOf = (secret: Secret) => allow('secretsmanager:GetSecretValue', secret.secretArn);

function makeTable(scope: Construct): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Nothing in it outlives its connection.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Watches wait here for a guest's silence; what fails again and again is kept aside for a person. */
function makeWatchQueue(scope: Construct): Queue {
  const deadLetters = new Queue(scope, 'DeadWatches', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  return new Queue(scope, 'Watches', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Not shorter than the function's time-out, or a slow one would be handed out twice.
    visibilityTimeout: Duration.seconds(10),
    // Nobody types for so long without a word.
    retentionPeriod: Duration.hours(1),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
  });
}

function makeStage(scope: Construct, { api, config }: Shared): WebSocketStage {
  const stage = new WebSocketStage(scope, 'Stage', {
    webSocketApi: api,
    stageName: config.stage,
    autoDeploy: true,
    throttle: { rateLimit: config.throttleRate, burstLimit: config.throttleBurst },
    accessLogSettings: {
      destination: new LogGroupLogDestination(makeLogGroup(scope, 'AccessLog', config.logRetentionDays)),
      format: ACCESS_LOG,
    },
  });
  if (config.accountLogRole) stage.node.addDependency(makeAccountLogRole(scope));
  return stage;
}

/**
 * A stage with access logs cannot be made in an account that has no role for API Gateway's logs. It is one for the
 * account and region, so it stays when the stack goes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
function makeAccountLogRole(scope: Construct): CfnAccount {
  const role = new Role(scope, 'AccountLogRole', {
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
    ],
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const account = new CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
