import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base, fn, httpApi, load, notRunOf } from './fixture.ts';
import type { RawResources } from './fixture.ts';
import { linesOf } from './not-run.ts';
import { intrinsicOf } from './intrinsics.ts';

const keys = (): object[] => [{ AttributeName: 'pk', KeyType: 'HASH' }];

/** One of every resource that runs. */
const everyKind: RawResources = {
  ...base,
  ...httpApi({ Api: { CorsConfiguration: { AllowOrigins: ['*'] } } }),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      KeySchema: keys(),
      AttributeDefinitions: [],
      GlobalSecondaryIndexes: [{ IndexName: 'i', KeySchema: keys(), Projection: { ProjectionType: 'ALL' } }],
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      FunctionName: { Ref: 'TypingABCDEF02' },
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  },
};

const RUN = Object.keys(everyKind).filter((id) => !['Role', 'Permission', 'CDKMetadata', 'Log'].includes(id));

/** Resources of the template with these properties over their own. */
function withMore(id: string, more: object): RawResources {
  const resource = everyKind[id];
  if (resource === undefined) throw new Error(`no ${id}`);
  return { ...everyKind, [id]: { ...resource, Properties: { ...resource.Properties, ...more } } };
}

describe('what a template says and nothing here runs', () => {
  it('is nothing of what the local run knows', async () => {
    expect(notRunOf(await load(everyKind))).toEqual([]);
  });

  it('is nothing of what only watches', async () => {
    const watch: RawResources = {
      Alarm: { Type: 'AWS::CloudWatch::Alarm' },
      Dashboard: { Type: 'AWS::CloudWatch::Dashboard' },
      Query: { Type: 'AWS::Logs::QueryDefinition' },
    };
    expect(notRunOf(await load({ ...everyKind, ...watch }))).toEqual([]);
  });

  it('is named by resource, those of one type together', async () => {
    const template = await load({
      Topic: { Type: 'AWS::SNS::Topic' },
      OtherStage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: 'of-another-stack', StageName: '$default' },
      },
      Python: fn('c3', { Runtime: 'python3.13' }),
      OtherTopic: { Type: 'AWS::SNS::Topic' },
      Filter: { Type: 'AWS::Logs::MetricFilter' },
      Nested: { Type: 'AWS::CloudFormation::Stack' },
    });
    expect(notRunOf(template)).toEqual([
      'Not run here: Topic, OtherTopic (AWS::SNS::Topic)',
      'Not run here: OtherStage (AWS::ApiGatewayV2::Stage)',
      'Not run here: Python (AWS::Lambda::Function)',
      'Not run here: Filter (AWS::Logs::MetricFilter)',
      'Not run here: Nested (AWS::CloudFormation::Stack)',
    ]);
  });

  it('is named by property, resources with the same ones together', async () => {
    const throttled = { DefaultRouteSettings: { ThrottlingRateLimit: 5, DetailedMetricsEnabled: true } };
    const template = await load({
      ...withMore('Stage', { AccessLogSettings: { Format: '' }, ...throttled }),
      ...httpApi({ Stage: { AccessLogSettings: {}, ...throttled } }),
    });
    expect(notRunOf(template)).toEqual([
      'Not run here: AccessLogSettings, DefaultRouteSettings.ThrottlingRateLimit of Stage, HttpStage ' +
        '(AWS::ApiGatewayV2::Stage)',
    ]);
  });

  it('has one line for all that says who may do what', async () => {
    const { notRun } = await load({ Policy: { Type: 'AWS::IAM::Policy' } });
    expect(linesOf(notRun)).toEqual([
      'Not checked here: permissions (AWS::IAM::Role, AWS::Lambda::Permission, AWS::IAM::Policy)',
    ]);
  });

  it('has sections of the template and attributes of a resource', async () => {
    const key = { ...base['Key'], Type: 'AWS::SecretsManager::Secret', DeletionPolicy: 'Retain', Odd: {} };
    const sections = { Description: '', Rules: {}, Transform: 'AWS::Serverless-2016-10-31' };
    expect(notRunOf(await load({ Key: key }, sections))).toEqual([
      'Not run here: Transform (a section of the template)',
      'Not run here: Odd of Key (AWS::SecretsManager::Secret)',
    ]);
  });

  it.each<[string, object, string[]]>([
    [
      'TypingABCDEF02',
      { VpcConfig: {}, Layers: [], FileSystemConfigs: [] },
      ['VpcConfig', 'Layers', 'FileSystemConfigs'],
    ],
    [
      'TypingABCDEF02',
      { PackageType: 'Image', SnapStart: { ApplyOn: 'PublishedVersions' } },
      ['PackageType', 'SnapStart.ApplyOn'],
    ],
    ['TypingABCDEF02', { TracingConfig: { Mode: 'Active' } }, ['TracingConfig.Mode']],
    ['TypingABCDEF02', { EphemeralStorage: { Size: 1024 } }, ['EphemeralStorage.Size']],
    [
      'TypingABCDEF02',
      { RecursiveLoop: 'Terminate', DeadLetterConfig: {} },
      ['RecursiveLoop', 'DeadLetterConfig'],
    ],
    ['Api12345678', { DisableExecuteApiEndpoint: true }, ['DisableExecuteApiEndpoint']],
    [
      'ConnectRoute',
      { ApiKeyRequired: 'true', ModelSelectionExpression: '', RequestModels: {}, RequestParameters: {} },
      ['ApiKeyRequired', 'ModelSelectionExpression', 'RequestModels', 'RequestParameters'],
    ],
    [
      'ConnectIntegration',
      { RequestTemplates: {}, ConnectionType: 'VPC_LINK', TlsConfig: {}, ContentHandlingStrategy: '' },
      ['RequestTemplates', 'ConnectionType', 'TlsConfig', 'ContentHandlingStrategy'],
    ],
    [
      'Guard',
      { AuthorizerResultTtlInSeconds: 300, EnableSimpleResponses: true },
      ['AuthorizerResultTtlInSeconds', 'EnableSimpleResponses'],
    ],
    ['Stage', { StageVariables: { a: 'b' }, RouteSettings: {} }, ['StageVariables', 'RouteSettings']],
    ['Stage', { DefaultRouteSettings: { LoggingLevel: 'INFO' } }, ['DefaultRouteSettings.LoggingLevel']],
    ['TypingResponse', { ResponseModels: {} }, ['ResponseModels']],
    ['HttpIntegration', { ConnectionId: 'link' }, ['ConnectionId']],
    ['State', { StreamSpecification: {} }, ['StreamSpecification']],
    [
      'Table',
      { ProvisionedThroughput: { ReadCapacityUnits: 1 }, KinesisStreamSpecification: {} },
      ['ProvisionedThroughput', 'KinesisStreamSpecification'],
    ],
    [
      'Queue',
      { MaximumMessageSize: 1024, ReceiveMessageWaitTimeSeconds: 20 },
      ['MaximumMessageSize', 'ReceiveMessageWaitTimeSeconds'],
    ],
    ['Mapping', { ProvisionedPollerConfig: {} }, ['ProvisionedPollerConfig']],
  ])('of %s with %j, has %j', async (id, more, properties) => {
    const { notRun } = await load(withMore(id, more));
    expect(notRun.find(({ resource }) => resource === id)?.properties).toEqual(properties);
  });

  it.each<[string, object]>([
    ['TypingABCDEF02', { Architectures: ['arm64'], Description: '', Tags: [], KmsKeyArn: { 'Fn::If': [] } }],
    [
      'TypingABCDEF02',
      { PackageType: 'Zip', SnapStart: { ApplyOn: 'None' }, EphemeralStorage: { Size: '512' } },
    ],
    ['TypingABCDEF02', { FunctionName: 'typing', LoggingConfig: { SystemLogLevel: 'WARN' } }],
    ['Api12345678', { Description: '', DisableExecuteApiEndpoint: 'false', ApiKeySelectionExpression: '' }],
    ['Http', { RouteSelectionExpression: '${request.method} ${request.path}', Version: '1' }],
    ['ConnectRoute', { ApiKeyRequired: false, OperationName: 'connect' }],
    ['ConnectIntegration', { ConnectionType: 'INTERNET', IntegrationMethod: 'POST', CredentialsArn: {} }],
    ['Stage', { DefaultRouteSettings: { LoggingLevel: 'OFF', DataTraceEnabled: false }, AutoDeploy: false }],
    ['State', { Replicas: [{ Region: 'us-east-1', PointInTimeRecoverySpecification: {}, Tags: [] }] }],
    ['Table', { TableName: 'state', BillingMode: 'PAY_PER_REQUEST', SSESpecification: {} }],
    ['Key', { Name: 'key', Description: '', KmsKeyId: {} }],
    ['Queue', { QueueName: 'watch', FifoQueue: false, SqsManagedSseEnabled: true }],
  ])('is nothing of %s with %j', async (id, more) => {
    expect(notRunOf(await load(withMore(id, more)))).toEqual([]);
  });

  it('has every property that is not known, wherever it stands', async () => {
    const places = RUN.flatMap((id) =>
      placesIn(everyKind[id]?.Properties ?? {}).map((path) => ({ id, path })),
    );
    const value = fc.oneof(fc.jsonValue(), fc.constant({ 'Fn::If': [] }), fc.constant({ Ref: 'Nothing' }));
    const name = fc.oneof(
      fc.stringMatching(/^[A-Za-z]{0,12}$/).map((end) => `Unknown${end}`),
      fc.constantFrom('constructor', 'toString', 'Ref', 'Fn::Transform'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), name, value, async ({ id, path }, property, anything) => {
        const { notRun } = await load(added(id, path, property, anything));
        const named = [...path.filter((step) => step !== '0'), property].join('.');
        expect(notRun.filter(({ properties }) => properties.length > 0)).toEqual([
          { resource: id, type: everyKind[id]?.Type, properties: [named] },
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

/** Names of a person's choice are no properties. */
const FREE = ['Variables'];

/** The paths of all objects in some properties that have fields of their own. */
function placesIn(properties: object): string[][] {
  const inner = Object.entries(properties).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && intrinsicOf(value) === undefined && !FREE.includes(key)
      ? placesIn(value).map((path) => [key, ...path])
      : [],
  );
  return Array.isArray(properties) ? inner : [[], ...inner];
}

/** The template with one property more in this place. */
function added(id: string, path: readonly string[], property: string, value: unknown): RawResources {
  const resources = structuredClone(everyKind);
  let place: unknown = resources[id]?.Properties;
  for (const step of path) place = Reflect.get(Object(place), step);
  Reflect.set(Object(place), property, value);
  return resources;
}
