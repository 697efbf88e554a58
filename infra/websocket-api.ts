import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { makeAccessLog } from './access-log.ts';
import type { RelayConfig } from './config.ts';

/** The authorizer's context stays out of it, though it is sealed. */
const LOGGED = {
  requestId: 'requestId',
  requestTimeEpoch: 'requestTimeEpoch',
  connectionId: 'connectionId',
  eventType: 'eventType',
  routeKey: 'routeKey',
  status: 'status',
  error: 'error.message',
  integrationError: 'integrationErrorMessage',
  integrationLatency: 'integrationLatency',
  authorizerStatus: 'authorizer.status',
  authorizerLatency: 'authorizer.latency',
  authorizerError: 'authorizer.error',
};

/** What clients connect to: an API without routes yet, and its one stage. */
export function makeWebSocketApi(
  scope: Construct,
  config: RelayConfig,
): { api: WebSocketApi; stage: WebSocketStage } {
  const { stage: stageName, throttleRate, throttleBurst, accountLogRole } = config;
  const api = new WebSocketApi(scope, 'Api', { routeSelectionExpression: '$request.body.type' });
  const stage = new WebSocketStage(scope, 'Stage', {
    webSocketApi: api,
    stageName,
    autoDeploy: true,
    throttle: { rateLimit: throttleRate, burstLimit: throttleBurst },
    accessLogSettings: makeAccessLog(scope, 'AccessLog', config, LOGGED),
  });
  if (accountLogRole) stage.node.addDependency(makeAccountLogRole(scope));
  return { api, stage };
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
  acknowledge(
    role,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    "The policy that API Gateway's guide asks for: this role serves every API of the account, not only these.",
  );
  const account = new CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
