import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { RelayConfig } from './config.ts';
import { makeLogGroup } from './relay-function.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const WEBHOOK_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTimeEpoch: '$context.requestTimeEpoch',
    routeKey: '$context.routeKey',
    status: '$context.status',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
    integrationLatency: '$context.integrationLatency',
  }),
);

/** For what Genesys calls: one stage without a name, so that the path is the webhook's whole path. */
export function makeWebhookApi(
  scope: Construct,
  { logRetentionDays, throttleRate, throttleBurst }: RelayConfig,
): HttpApi {
  const httpApi = new HttpApi(scope, 'Webhooks', { createDefaultStage: false });
  const stage = new HttpStage(scope, 'WebhooksStage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: throttleRate, burstLimit: throttleBurst },
    accessLogSettings: {
      destination: new LogGroupLogDestination(makeLogGroup(scope, 'WebhooksLog', logRetentionDays)),
      format: WEBHOOK_LOG,
    },
  });
  stage.node.addDependency(httpApi);
  return httpApi;
}
