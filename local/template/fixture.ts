import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Template } from './model.ts';
import { linesOf } from './not-run.ts';
import { loadTemplate } from './template.ts';

/** A template's resources, as they are written. */
export type RawResources = Record<
  string,
  { Type: string; Properties?: object; Metadata?: object; Condition?: string }
>;

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

/** A function of this bundle: `a1` and `b2` are there. */
export function fn(hash: string, more: object = {}): RawResources[string] {
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
export const base: RawResources = {
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

/**
 * As CDK writes it: an HTTP API that takes a webhook to the `typing` route's function.
 * @param own what is said of a part beyond that, by its type's last word
 */
export function httpApi(
  own: Partial<Record<'Api' | 'Integration' | 'Route' | 'Stage', object>> = {},
): RawResources {
  const part = (type: keyof typeof own, properties: object): RawResources[string] => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ...(type === 'Api' ? {} : { ApiId: { Ref: 'Http' } }), ...properties, ...own[type] },
  });
  return {
    Http: part('Api', { Name: 'http', ProtocolType: 'HTTP' }),
    HttpIntegration: part('Integration', {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['TypingABCDEF02', 'Arn'] },
      PayloadFormatVersion: '2.0',
    }),
    HttpRoute: part('Route', {
      AuthorizationType: 'NONE',
      RouteKey: 'POST /webhooks/open-messaging',
      Target: target('HttpIntegration'),
    }),
    HttpStage: part('Stage', { AutoDeploy: true, StageName: '$default' }),
  };
}

/** What is said at the start of a template's parts that do not run here. */
export function notRunOf({ notRun }: Template): string[] {
  return linesOf(notRun).filter((line) => line.startsWith('Not run here: '));
}

/** Loads the template above with these resources added, replaced, or (undefined) taken away, and these sections. */
export async function load(
  changes: Record<string, RawResources[string] | undefined> = {},
  sections: object = {},
): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'template-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const resources = Object.fromEntries(
    Object.entries({ ...base, ...changes }).filter(([, one]) => one !== undefined),
  );
  await writeFile(join(folder, 'relay.template.json'), JSON.stringify({ Resources: resources, ...sections }));
  for (const [hash, file] of [
    ['a1', 'index.mjs'],
    ['b2', 'index.js'],
  ] as const) {
    await mkdir(join(folder, `asset.${hash}`));
    await writeFile(join(folder, `asset.${hash}`, file), '');
  }
  return loadTemplate(folder, 'relay');
}
