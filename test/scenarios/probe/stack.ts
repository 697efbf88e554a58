import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { functionCode } from '../../../infra/function-code.ts';
import { makeLogGroup } from '../../../infra/relay-function.ts';
import { FUNCTIONS, HTTP_ROUTES, type ProbeFunction, ROUTES } from './routes.ts';

const STAGE = 'probe';

export const PROBE_STACK = 'typing-relay-probe';

/** A WebSocket API and an HTTP API that show what the relay never does. For tests; who has no token gets nothing. */
export class ProbeStack extends Stack {
  constructor(scope: Construct, id: string, token: string) {
    super(scope, id, { description: 'typing-relay: what a stage answers, for the scenario suite' });
    const webSocketApi = new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.type' });
    const host = `${webSocketApi.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
    const environment = {
      PROBE_TOKEN: token,
      // As in the relay's stack: the SDK reads it by itself.
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `https://${host}/${STAGE}`,
    };
    const make = (name: keyof typeof FUNCTIONS): Function => {
      const built = this.makeFunction(name, FUNCTIONS[name], environment);
      webSocketApi.grantManageConnections(built);
      return built;
    };
    const functions = {
      Authorizer: make('Authorizer'),
      Connect: make('Connect'),
      Disconnect: make('Disconnect'),
      Message: make('Message'),
      Brief: make('Brief'),
      Http: make('Http'),
    } satisfies Record<keyof typeof FUNCTIONS, Function>;
    const authorizer = new WebSocketLambdaAuthorizer('Authorizer', functions.Authorizer, {
      identitySource: ['route.request.querystring.token'],
    });
    for (const { route, runs, answers = false, timeoutSeconds } of ROUTES) {
      const options = timeoutSeconds === undefined ? {} : { timeout: Duration.seconds(timeoutSeconds) };
      const integration = new WebSocketLambdaIntegration(`${route}Integration`, functions[runs], options);
      const onlyAtConnect = route === '$connect' ? { authorizer } : {};
      webSocketApi.addRoute(route, { integration, returnResponse: answers, ...onlyAtConnect });
    }
    const stage = new WebSocketStage(this, 'Stage', { webSocketApi, stageName: STAGE, autoDeploy: true });
    new CfnOutput(this, 'ProbeUrl', { value: stage.url });
    new CfnOutput(this, 'ProbeHttpUrl', { value: this.makeHttpApi(functions.Http).apiEndpoint });
  }

  private makeFunction(name: string, spec: ProbeFunction, environment: Record<string, string>): Function {
    return new Function(this, name, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: functionCode(`../test/scenarios/probe/functions/${spec.handler}`),
      handler: 'index.handler',
      logGroup: makeLogGroup(this, `${name}Log`, RetentionDays.ONE_DAY),
      memorySize: 256,
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment,
    });
  }

  private makeHttpApi(runs: Function): HttpApi {
    const httpApi = new HttpApi(this, 'HttpApi');
    for (const { method, path, timeoutSeconds } of HTTP_ROUTES) {
      const options = timeoutSeconds === undefined ? {} : { timeout: Duration.seconds(timeoutSeconds) };
      const integration = new HttpLambdaIntegration(`${path}Integration`, runs, options);
      httpApi.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
    return httpApi;
  }
}
