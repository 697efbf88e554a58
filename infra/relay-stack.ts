import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { RelayConfig } from './config.ts';
import { makeDomain } from './domain.ts';
import { allowAll, meansOf } from './grants.ts';
import { makeParts, type RelayParts } from './parts.ts';
import { makeFunction } from './relay-function.ts';
import { AUTHORIZER, EXPIRE, type FunctionSpec, ROUTES, WEBHOOKS } from './routes.ts';
import { makeWatch, watchedOf } from './watch/watch.ts';

/** How many environments there are of the function that keeps web messaging sockets open. */
const KEEPING_ENVIRONMENTS = 2;

/** The whole deployment: a WebSocket API and a webhook, a function for each route, a table, three secrets, a delay queue. */
export class RelayStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { config: RelayConfig }) {
    super(scope, id, props);
    const parts = makeParts(this, config);
    const functions = new Map<string, Function>();
    const build = (spec: FunctionSpec): Function => {
      const built = buildFunction(this, spec, parts);
      functions.set(spec.handler, built);
      return built;
    };
    addRoutes(parts, build);
    addWebhooks(parts, build);
    // One that failed comes back alone; the others of its batch do not.
    const source = new SqsEventSource(parts.watches, { batchSize: 10, reportBatchItemFailures: true });
    const expire = build(EXPIRE);
    expire.addEventSource(source);
    acknowledge(
      expire,
      'Serverless-LambdaEventSourceMappingDestination',
      'Destinations are for streams: of a queue, what fails again and again goes to its dead-letter queue.',
    );
    addDomains(this, parts);
    addOutputs(this, parts);
    makeWatch(this, watchedOf(this, parts, functions));
  }
}

function buildFunction(scope: Construct, { handler, touches }: FunctionSpec, parts: RelayParts): Function {
  const built = makeFunction(scope, handler, {
    retention: parts.config.logRetentionDays,
    logLevel: parts.config.logLevel,
    reserved: reservedFor(handler, parts.config),
    // Its watch comes again while the guest types, which ends with the connection, and OFF_RETRIES times after that.
    // Lambda would stop it after some sixteen: docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    recursive: handler === EXPIRE.handler,
  });
  if (touches.length > 0) built.addEnvironment('AWS_URL_SUFFIX', Stack.of(scope).urlSuffix);
  for (const touch of touches) {
    const { environment, statements, acknowledged = [] } = meansOf(touch, parts);
    for (const [name, value] of Object.entries(environment)) built.addEnvironment(name, value);
    allowAll(built, statements);
    if (built.role) for (const { id, reason } of acknowledged) acknowledge(built.role, id, reason);
  }
  return built;
}

/** Where a function has a bound of its own. */
function reservedFor(handler: string, config: RelayConfig): number | undefined {
  // Each environment may keep a socket of a guest open, who has three: two, and the guest's own tab.
  if (handler === 'typing' && config.webMessagingKeepOpen) return KEEPING_ENVIRONMENTS;
  return WEBHOOKS.some((webhook) => webhook.handler === handler) ? config.webhookConcurrency : undefined;
}

type Build = (spec: FunctionSpec) => Function;

function addRoutes({ api }: RelayParts, build: Build): void {
  // No identity source: the default demands a header that browsers cannot set; the function refuses instead.
  const authorizer = new WebSocketLambdaAuthorizer('Authorizer', build(AUTHORIZER), { identitySource: [] });
  for (const { route, answers = false, ...spec } of ROUTES) {
    const integration = new WebSocketLambdaIntegration(`${spec.handler}Integration`, build(spec));
    const onlyAtConnect = route === '$connect' ? { authorizer } : {};
    const added = api.addRoute(route, { integration, returnResponse: answers, ...onlyAtConnect });
    if (route === '$connect') continue;
    acknowledge(
      added,
      'AwsSolutions-APIG4',
      'API Gateway authorizes a WebSocket at $connect and nowhere else: this connection had its ticket.',
    );
  }
}

function addWebhooks({ webhooks }: RelayParts, build: Build): void {
  for (const { method, path, ...spec } of WEBHOOKS) {
    const integration = new HttpLambdaIntegration(`${spec.handler}Integration`, build(spec));
    const added = webhooks.addRoutes({ path, methods: [HttpMethod[method]], integration });
    for (const route of added) {
      acknowledge(
        route,
        'AwsSolutions-APIG4',
        'Genesys signs what it sends, over the raw body: the function refuses what is not signed.',
      );
    }
  }
}

function addDomains(scope: Construct, { config, api, stage, webhooks, webhooksStage }: RelayParts): void {
  const { domainName, webhookDomainName } = config;
  if (domainName !== undefined) makeDomain(scope, 'Domain', config, { name: domainName, api, stage });
  if (webhookDomainName === undefined) return;
  const mapped = { name: webhookDomainName, api: webhooks, stage: webhooksStage };
  makeDomain(scope, 'WebhookDomain', config, mapped);
}

/** What the operator needs, and what the commands look up. */
function addOutputs(scope: Construct, parts: RelayParts): void {
  const { config, stage, webhooks, ticketKey, webhookSecret, genesysClient } = parts;
  const { domainName, webhookDomainName } = config;
  const webhookOrigin =
    webhookDomainName === undefined ? webhooks.apiEndpoint : `https://${webhookDomainName}`;
  const outputs = {
    WebSocketUrl: domainName === undefined ? stage.url : `wss://${domainName}`,
    TicketKeySecretName: ticketKey.secretName,
    WebhookUrl: `${webhookOrigin}${WEBHOOKS[0]?.path ?? ''}`,
    WebhookSecretName: webhookSecret.secretName,
    GenesysClientSecretName: genesysClient.secretName,
  };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(scope, name, { value });
}
