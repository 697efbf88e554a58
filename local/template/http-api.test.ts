import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { httpApi, load, notRunOf } from './fixture.ts';

describe("a template's HTTP API", () => {
  it('is absent where there is none', async () => {
    expect(await load()).not.toHaveProperty('httpApi');
  });

  it('has its stage, its routes, and their functions and time-outs', async () => {
    const template = await load({
      ...httpApi({ Stage: { StageName: 'v1', StageVariables: { colour: 'blue' } } }),
      Permission: { Type: 'AWS::Lambda::Permission', Properties: { SourceArn: { 'Fn::If': [] } } },
      Catch: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Http' },
          RouteKey: '$default',
          Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Short' }]] },
        },
      },
      Short: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Http' },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': ['AuthorizerABCDEF01', 'Arn'] },
          PayloadFormatVersion: '2.0',
          TimeoutInMillis: '5000',
        },
      },
    });
    expect(template.httpApi).toEqual({
      id: like(/^[a-z0-9]{10}$/),
      stage: 'v1',
      stageVariables: { colour: 'blue' },
      routes: [
        { routeKey: 'POST /webhooks/open-messaging', functionId: 'TypingABCDEF02', timeoutMs: 30_000 },
        { routeKey: '$default', functionId: 'AuthorizerABCDEF01', timeoutMs: 5000 },
      ],
    });
    expect(notRunOf(template)).toEqual([]);
  });

  it('leaves the WebSocket API as it is', async () => {
    const { api } = await load(httpApi());
    expect(api).toEqual((await load()).api);
  });

  it('has its CORS settings', async () => {
    const CorsConfiguration = { AllowOrigins: ['*'], AllowMethods: ['GET'], MaxAge: '5' };
    const { httpApi: api } = await load(httpApi({ Api: { CorsConfiguration } }));
    expect(api?.cors).toEqual({
      allowCredentials: false,
      allowHeaders: [],
      allowMethods: ['GET'],
      allowOrigins: ['*'],
      exposeHeaders: [],
      maxAgeSeconds: 5,
    });
  });

  it('is without a route that asks who calls: that, and its authorizer, are named', async () => {
    const template = await load({
      ...httpApi({ Route: { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Jwt' } } }),
      Jwt: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: { ApiId: { Ref: 'Http' }, AuthorizerType: 'JWT' },
      },
    });
    expect(template.httpApi?.routes).toEqual([]);
    expect(notRunOf(template)).toEqual([
      'Not run here: HttpRoute (AWS::ApiGatewayV2::Route)',
      'Not run here: Jwt (AWS::ApiGatewayV2::Authorizer)',
    ]);
  });

  it.each([
    ['payload format 1.0', { Integration: { PayloadFormatVersion: '1.0' } }, 'HttpIntegration.PayloadForm'],
    [
      'an integration of another kind',
      { Integration: { IntegrationType: 'HTTP_PROXY' } },
      'HttpIntegration.IntegrationType: ',
    ],
    [
      'parameter mapping',
      { Integration: { RequestParameters: { 'overwrite:path': '/x' } } },
      'HttpIntegration.RequestParameters: parameter mapping is not known here',
    ],
    [
      'a function that is not there',
      { Integration: { IntegrationUri: 'arn:aws:lambda:us-east-1:1:function:other' } },
      'HttpIntegration.IntegrationUri: no function that can run here has the ARN arn:aws:lambda:us-east-1:1:function:other',
    ],
    ['a wrong route key', { Route: { RouteKey: 'POST' } }, 'HttpRoute.RouteKey: POST is no route key'],
    [
      'an integration that is not there',
      { Route: { Target: 'integrations/other' } },
      'HttpRoute.Target: no such integration',
    ],
    [
      'routes in an OpenAPI document',
      { Api: { Body: {} } },
      'Http.Body: an API made from an OpenAPI document is not known here',
    ],
  ])('with %s is refused, with the place', async (_case, own, message) => {
    await expect(load(httpApi(own))).rejects.toThrow(message);
  });

  it('is refused without a stage, and next to another one', async () => {
    await expect(load({ ...httpApi(), HttpStage: undefined })).rejects.toThrow(
      'stage of the HTTP API: needs exactly one, has 0',
    );
    await expect(
      load({
        ...httpApi(),
        Second: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
      }),
    ).rejects.toThrow('HTTP API: needs exactly one, has 2');
  });
});
