import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RelayParts } from '../parts.ts';
import { sendAlarms } from './alarm-mail.ts';
import { makeAlarms } from './alarms.ts';
import { makeDashboard } from './dashboard.ts';
import { saveQueries } from './queries.ts';
import type { Watched } from './watched.ts';

/** The watch over a stack: alarms and their mail, a dashboard, saved queries. docs/operating.md is its handbook. */
export function makeWatch(stack: Construct, watched: Watched): void {
  const scope = new Construct(stack, 'Watch');
  const alarms = makeAlarms(scope, watched);
  sendAlarms(scope, alarms, watched);
  makeDashboard(scope, watched, alarms);
  saveQueries(scope, watched);
}

/** @param functions by handler */
export const watchedOf = (
  stack: Stack,
  { config, api, stage, webhooks, table, watches, deadWatches }: RelayParts,
  functions: ReadonlyMap<string, IFunction>,
): Watched => ({
  stackName: stack.stackName,
  webSocketApiId: api.apiId,
  stage: stage.stageName,
  webhookApiId: webhooks.apiId,
  functions: [...functions].map(([handler, { functionName }]) => ({ handler, functionName })),
  watchQueueName: watches.queueName,
  deadLetterQueueName: deadWatches.queueName,
  tableName: table.tableName,
  logGroupNames: stack.node
    .findAll()
    .filter((found) => found instanceof LogGroup)
    .map(({ logGroupName }) => logGroupName),
  config,
});
