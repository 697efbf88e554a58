import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { fn, load } from './fixture.ts';

describe('a template', () => {
  it('gives the API with its routes, their functions and the authorizer', async () => {
    const { api } = await load();
    expect(api).toEqual({
      id: like(/^[a-z0-9]{10}$/),
      stage: 'live',
      routeSelectionExpression: '$request.body.type',
      routes: new Map([
        [
          '$connect',
          {
            routeKey: '$connect',
            functionId: 'TypingABCDEF02',
            timeoutMs: 29_000,
            returnsResponse: false,
            authorizer: { functionId: 'AuthorizerABCDEF01', identitySources: [] },
          },
        ],
        [
          'typing',
          { routeKey: 'typing', functionId: 'TypingABCDEF02', timeoutMs: 5000, returnsResponse: true },
        ],
      ]),
    });
  });

  it("gives the functions, with Lambda's defaults", async () => {
    const { functions, api } = await load();
    expect(functions).toMatchObject([
      {
        logicalId: 'AuthorizerABCDEF01',
        name: 'Authorizer',
        arn: like(/^arn:aws:lambda:us-east-1:000000000000:function:relay-AuthorizerABCDEF01-/),
        runtime: 'nodejs24.x',
        file: like(/asset\.a1\/index\.mjs$/),
        exportName: 'handler',
        timeoutSeconds: 3,
        memoryMb: 128,
        environment: {},
        logFormat: 'Text',
      },
      {
        name: 'Typing',
        file: like(/asset\.b2\/index\.js$/),
        timeoutSeconds: 10,
        memoryMb: 512,
        environment: {
          TABLE: like(/^relay-State-/),
          KEY: like(/^arn:aws:secretsmanager:/),
          API: api.id,
          N: '3',
        },
        logFormat: 'JSON',
        logLevel: 'WARN',
        logGroup: like(/^relay-Log-/),
      },
    ]);
  });

  it('gives what a function is made from, and how many events it can have at a time', async () => {
    const { functions } = await load({
      AuthorizerABCDEF01: {
        ...fn('a1', { ReservedConcurrentExecutions: '0' }),
        Metadata: { 'typing-relay:entry': 'functions/authorizer.ts', 'aws:asset:path': 'asset.a1' },
      },
    });
    expect(functions[0]).toMatchObject({ entry: 'functions/authorizer.ts', reservedConcurrency: 0 });
    expect(functions[1]).not.toHaveProperty('entry');
    expect(functions[1]).not.toHaveProperty('reservedConcurrency');
  });

  it('gives tables and secrets', async () => {
    const { tables, secrets } = await load();
    expect(tables).toEqual([
      {
        logicalId: 'State',
        tableName: like(/^relay-State-/),
        schema: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        },
      },
    ]);
    expect(secrets).toEqual([
      {
        logicalId: 'Key',
        name: like(/^relay-Key-/),
        arn: like(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:relay-Key-/),
        generate: {
          passwordLength: 43,
          excludeCharacters: '"',
          excludeUppercase: false,
          excludeLowercase: false,
          excludeNumbers: false,
          excludePunctuation: true,
          includeSpace: false,
          requireEachIncludedType: true,
          template: { json: '{}', key: 'k' },
        },
      },
    ]);
  });

  it.each([
    ['a bundle that is not there', { AuthorizerABCDEF01: fn('dd') }, 'AuthorizerABCDEF01.Handler: no '],
    [
      'an intrinsic it does not know',
      { AuthorizerABCDEF01: fn('a1', { Timeout: { 'Fn::If': [] } }) },
      'AuthorizerABCDEF01.Timeout: Fn::If',
    ],
    [
      'a property of another form',
      { Key: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 5 } } },
      'Key.SecretString: ',
    ],
    [
      'a route response that API Gateway does not have',
      {
        TypingResponse: {
          Type: 'AWS::ApiGatewayV2::RouteResponse',
          Properties: {
            ApiId: { Ref: 'Api12345678' },
            RouteId: { Ref: 'TypingRoute' },
            RouteResponseKey: '/2/',
          },
        },
      },
      'TypingResponse.RouteResponseKey: ',
    ],
    ['no stage', { Stage: undefined }, 'stage: needs exactly one, has 0'],
    ['a condition', { Key: { Type: 'AWS::SecretsManager::Secret', Condition: 'IsLive' } }, 'Key.Condition: '],
  ])('with %s is refused, with the place', async (_case, changes, message) => {
    await expect(load(changes)).rejects.toThrow(message);
  });

  it.each([
    ['a resource without a type', { Resources: { Key: {} } }, 'template.Resources.Key.Type: '],
    ['no resources', { Resources: undefined }, 'template.Resources: '],
    [
      'a parameter without a value, where one is used',
      { Parameters: { Level: { Type: 'String' } } },
      'AuthorizerABCDEF01.Handler: parameter Level has no value here',
    ],
    [
      'a parameter whose value is elsewhere',
      { Parameters: { Level: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/level' } } },
      'AuthorizerABCDEF01.Handler: parameter Level has no value here',
    ],
  ])('with %s is refused, with the place', async (_case, sections, message) => {
    const AuthorizerABCDEF01 = fn('a1', { Handler: { Ref: 'Level' } });
    await expect(load({ AuthorizerABCDEF01 }, sections)).rejects.toThrow(message);
  });
});
