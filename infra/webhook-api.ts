import { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { makeAccessLog } from './access-log.ts';
import type { RelayConfig } from './config.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const LOGGED = {
  requestId: 'requestId',
  requestTimeEpoch: 'requestTimeEpoch',
  routeKey: 'routeKey',
  status: 'status',
  error: 'error.message',
  integrationError: 'integrationErrorMessage',
  integrationLatency: 'integrationLatency',
};

/** For what Genesys calls: one stage without a name, so that the path is the webhook's whole path. */
export function makeWebhookApi(scope: Construct, config: RelayConfig): { api: HttpApi; stage: HttpStage } {
  const api = new HttpApi(scope, 'Webhooks', { createDefaultStage: false });
  const stage = new HttpStage(scope, 'WebhooksStage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: config.webhookThrottleRate, burstLimit: config.webhookThrottleBurst },
    accessLogSettings: makeAccessLog(scope, 'WebhooksLog', config, LOGGED),
  });
  stage.node.addDependency(api);
  return { api, stage };
}
