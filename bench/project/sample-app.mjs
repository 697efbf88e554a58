// @ts-nocheck: its packages are those of the sample, which are installed elsewhere.
// The resources of aws-samples/websocket-chat-application, written anew from what its README and its stacks name; plain
// JavaScript and functions of one line, so that it takes no longer than the sample's own.
import { writeFileSync } from 'node:fs';
import { App, Aspects, Stack } from 'aws-cdk-lib';
import * as rest from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsSolutionsChecks } from 'cdk-nag';

const app = new App();
const stackOf = (name) => new Stack(app, name);

const auth = stackOf('Auth');
const preSignUp = new LambdaFunction(auth, 'PreSignUp', {
  runtime: Runtime.NODEJS_20_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async (event) => event;'),
});
const users = new UserPool(auth, 'Users', { selfSignUpEnabled: true, lambdaTriggers: { preSignUp } });

const database = stackOf('Database');
const tableOf = (id, partition, sort) =>
  new Table(database, id, {
    partitionKey: { name: partition, type: AttributeType.STRING },
    ...(sort && { sortKey: { name: sort, type: AttributeType.STRING } }),
    billingMode: BillingMode.PAY_PER_REQUEST,
  });
const connections = tableOf('Connections', 'connectionId');
const channels = tableOf('Channels', 'id');
const messages = tableOf('Messages', 'channelId', 'sentAt');

/** A function of its own file, as each of the sample's is bundled by itself. */
function functionOf(stack, id) {
  const entry = `${id}.handler.mjs`;
  writeFileSync(entry, 'export const handler = async () => ({ statusCode: 200 });\n');
  return new NodejsFunction(stack, id, {
    entry,
    runtime: Runtime.NODEJS_20_X,
    depsLockFilePath: 'package-lock.json',
    environment: {
      CONNECTIONS: connections.tableName,
      CHANNELS: channels.tableName,
      MESSAGES: messages.tableName,
    },
  });
}

const sockets = stackOf('Sockets');
const statuses = new Queue(sockets, 'Statuses');
const [onAuthorize, onConnect, onDisconnect, onMessage, onStatus] = [
  'Authorize',
  'Connect',
  'Disconnect',
  'Message',
  'Status',
].map((id) => functionOf(sockets, id));
const api = new WebSocketApi(sockets, 'Api', {
  connectRouteOptions: {
    integration: new WebSocketLambdaIntegration('ConnectRoute', onConnect),
    authorizer: new WebSocketLambdaAuthorizer('Authorizer', onAuthorize, {
      identitySource: ['route.request.header.Cookie'],
    }),
  },
  disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('DisconnectRoute', onDisconnect) },
  defaultRouteOptions: { integration: new WebSocketLambdaIntegration('DefaultRoute', onMessage) },
});
new WebSocketStage(sockets, 'Stage', { webSocketApi: api, stageName: 'wss', autoDeploy: true });
onStatus.addEventSource(new SqsEventSource(statuses));
for (const one of [onConnect, onDisconnect, onMessage, onStatus]) connections.grantReadWriteData(one);
for (const one of [onConnect, onDisconnect]) statuses.grantSendMessages(one);
for (const one of [onMessage, onStatus]) api.grantManageConnections(one);
messages.grantReadWriteData(onMessage);

const restful = stackOf('Rest');
const restApi = new rest.RestApi(restful, 'Api');
const authorizer = new rest.CognitoUserPoolsAuthorizer(restful, 'Authorizer', { cognitoUserPools: [users] });
const root = restApi.root.addResource('api');
/** A path that browsers of other origins may call. */
function pathOf(parent, path) {
  const resource = parent.addResource(path);
  resource.addCorsPreflight({ allowOrigins: ['*'] });
  return resource;
}
function methodOf(resource, method, id, options = { authorizer }) {
  const handler = functionOf(restful, id);
  for (const table of [connections, channels, messages]) table.grantReadData(handler);
  resource.addMethod(method, new rest.LambdaIntegration(handler), options);
}
const channelsPath = pathOf(root, 'channels');
const channelPath = channelsPath.addResource('{id}');
methodOf(pathOf(root, 'config'), 'GET', 'GetConfig', {});
methodOf(pathOf(root, 'users'), 'GET', 'GetUsers');
methodOf(channelsPath, 'GET', 'GetChannels');
methodOf(channelsPath, 'POST', 'PostChannels');
methodOf(channelPath, 'GET', 'GetChannel');
methodOf(pathOf(channelPath, 'messages'), 'GET', 'GetMessages');

const front = stackOf('Front');
const site = new Bucket(front, 'Site');
const distribution = new Distribution(front, 'Distribution', {
  defaultBehavior: { origin: S3BucketOrigin.withOriginAccessControl(site) },
});
new BucketDeployment(front, 'Deployment', {
  sources: [Source.data('index.html', '<!doctype html>')],
  destinationBucket: site,
  distribution,
});
for (const name of ['signin', 'socket', 'client'])
  new StringParameter(front, name, { stringValue: distribution.distributionDomainName });
users.addClient('Page');

const watch = stackOf('Watch');
const graph = (metricName) => new GraphWidget({ left: [new Metric({ namespace: 'chat', metricName })] });
new Dashboard(watch, 'Dashboard', {
  widgets: [[graph('opened'), graph('closed')], [graph('delivered')]],
});

Aspects.of(app).add(new AwsSolutionsChecks());
app.synth();
