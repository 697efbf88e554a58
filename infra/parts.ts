import type { HttpApi, HttpStage, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { RelayConfig } from './config.ts';
import { makeDelayQueue } from './delay-queue.ts';
import { makeGenesysClient, makeTicketKey, makeWebhookSecret } from './secrets.ts';
import { makeTable } from './table.ts';
import { makeWebhookApi } from './webhook-api.ts';
import { makeWebSocketApi } from './websocket-api.ts';

/** All of the stack but its functions: what these are put behind, and what they may touch. */
export interface RelayParts {
  config: RelayConfig;
  api: WebSocketApi;
  stage: WebSocketStage;
  webhooks: HttpApi;
  webhooksStage: HttpStage;
  table: Table;
  watches: Queue;
  deadWatches: Queue;
  ticketKey: Secret;
  genesysClient: Secret;
  webhookSecret: Secret;
}

export function makeParts(scope: Construct, config: RelayConfig): RelayParts {
  const { api: webhooks, stage: webhooksStage } = makeWebhookApi(scope, config);
  return {
    config,
    ...makeWebSocketApi(scope, config),
    webhooks,
    webhooksStage,
    table: makeTable(scope),
    ...makeDelayQueue(scope),
    ticketKey: makeTicketKey(scope),
    genesysClient: makeGenesysClient(scope),
    webhookSecret: makeWebhookSecret(scope),
  };
}
