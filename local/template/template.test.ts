import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { like } from '../fixture.ts';
import type { Template } from './model.ts';
import { loadTemplate } from './template.ts';

type Resources = Record<string, { Type: string; Properties?: object; Condition?: string }>;

const invocation = (id: string): unknown => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':apigateway:',
      { Ref: 'AWS::Region' },
      ':lambda:path/2015-03-31/functions/',
      { 'Fn::GetAtt': [id, 'Arn'] },
      '/invocations',
    ],
  ],
});
const target = (id: string): unknown => ({ 'Fn::Join': ['', ['integrations/', { Ref: id }]] });
const ApiId = { Ref: 'Api12345678' };

function fn(hash: string, more: object = {}): Resources[string] {
  const S3Bucket = { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' };
  const Properties = {
    Code: { S3Bucket, S3Key: `${hash}.zip` },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
  };
  return {
    Type: 'AWS::Lambda::Function',
    Properties: { ...Properties, Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...more },
  };
}

/** As CDK writes it: a `$connect` route with an authorizer, and a two-way `typing` route. */
const base: Resources = {
  Role: { Type: 'AWS::IAM::Role', Properties: {} },
  Permission: { Type: 'AWS::Lambda::Permission', Properties: {} },
  CDKMetadata: { Type: 'AWS::CDK::Metadata', Condition: 'CDKMetadataAvailable' },
  Log: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  AuthorizerABCDEF01: fn('a1'),
  TypingABCDEF02: fn('b2', {
    Timeout: 10,
    MemorySize: 512,
    Environment: {
      Variables: { TABLE: { Ref: 'State' }, KEY: { Ref: 'Key' }, API: { Ref: 'Api12345678' }, N: 3 },
    },
    LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', LogGroup: { Ref: 'Log' } },
  }),
  Api12345678: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'api', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.type' },
  },
  ConnectIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: invocation('TypingABCDEF02') },
  },
  TypingIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocation('TypingABCDEF02'),
      TimeoutInMillis: 5000,
    },
  },
  Guard: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocation('AuthorizerABCDEF01'),
      Name: 'guard',
    },
  },
  ConnectRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId,
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Guard' },
      Target: target('ConnectIntegration'),
    },
  },
  TypingRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId,
      RouteKey: 'typing',
      AuthorizationType: 'NONE',
      RouteResponseSelectionExpression: '$default',
      Target: target('TypingIntegration'),
    },
  },
  TypingResponse: {
    Type: 'AWS::ApiGatewayV2::RouteResponse',
    Properties: { ApiId, RouteId: { Ref: 'TypingRoute' }, RouteResponseKey: '$default' },
  },
  Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId, StageName: 'live', AutoDeploy: true } },
  State: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: { Ref: 'AWS::Region' } }],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    },
  },
  Key: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'k',
        PasswordLength: 43,
        ExcludePunctuation: true,
        ExcludeCharacters: '"',
      },
    },
  },
};

async function load(changes: Record<string, Resources[string] | undefined> = {}): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'template-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const resources = Object.fromEntries(
    Object.entries({ ...base, ...changes }).filter(([, one]) => one !== undefined),
  );
  await writeFile(join(folder, 'relay.template.json'), JSON.stringify({ Resources: resources }));
  for (const [hash, file] of [
    ['a1', 'index.mjs'],
    ['b2', 'index.js'],
  ] as const) {
    await mkdir(join(folder, `asset.${hash}`));
    await writeFile(join(folder, `asset.${hash}`, file), '');
  }
  return loadTemplate(folder, 'relay');
}

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
        ttlAttribute: 'expires',
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

  it('names every resource that nothing here runs', async () => {
    const { unknown } = await load({
      Queue: { Type: 'AWS::SQS::Queue' },
      Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
      Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
      HttpStage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Http' }, StageName: '$default' },
      },
      Python: fn('c3', { Runtime: 'python3.13' }),
    });
    expect(unknown.map(({ resource }) => resource)).toEqual([
      'Queue',
      'Mapping',
      'Http',
      'HttpStage',
      'Python',
    ]);
    expect(unknown[0]).toEqual({ resource: 'Queue', type: 'AWS::SQS::Queue' });
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
    ['no stage', { Stage: undefined }, 'stage: needs exactly one, has 0'],
    ['a condition', { Key: { Type: 'AWS::SecretsManager::Secret', Condition: 'IsLive' } }, 'Key.Condition: '],
  ])('with %s is refused, with the place', async (_case, changes, message) => {
    await expect(load(changes)).rejects.toThrow(message);
  });
});
