import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { anything } from '../local/fixture.ts';
import { DOMAINS, templateOf } from './stack-fixture.ts';

/** What the stack is made of. Whoever adds a type says here whether the world can reach it. */
const PRIVATE = [
  'AWS::ApiGateway::Account',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::QueryDefinition',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
];
const PUBLIC = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::RouteResponse',
  'AWS::ApiGatewayV2::Stage',
  'AWS::Route53::RecordSet',
];

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const all = Object.entries(
  z
    .record(z.string(), resource)
    .parse(templateOf({ ...DOMAINS, alarmEmail: 'ops@example.com' }).toJSON()['Resources']),
);
const ofType = (type: string) => all.filter(([, { Type }]) => Type === type);

const statement = z.object({
  Effect: z.string(),
  Principal: z.unknown().optional(),
  Condition: z.record(z.string(), z.unknown()).optional(),
});
const policies = (type: string) =>
  ofType(type).flatMap(
    ([, { Properties }]) =>
      z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }) }).parse(Properties)
        .PolicyDocument.Statement,
  );

describe('what the world can reach', () => {
  it('is of the types that are meant for it, and the rest of types that are not', () => {
    const types = new Set(all.map(([, { Type }]) => Type));
    expect([...types].filter((type) => ![...PRIVATE, ...PUBLIC].includes(type))).toEqual([]);
  });

  it('is two APIs: the WebSocket API and the webhook', () => {
    const protocols = ofType('AWS::ApiGatewayV2::Api').map(
      ([, { Properties }]) => Properties['ProtocolType'],
    );
    expect(protocols.sort()).toEqual(['HTTP', 'WEBSOCKET']);
  });

  it('runs functions through these two only: no function has a URL, and each permission names an API', () => {
    const permissions = ofType('AWS::Lambda::Permission');
    expect(permissions.length).toBeGreaterThan(0);
    for (const [, { Properties }] of permissions) {
      expect(Properties['Principal']).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(Properties['SourceArn'])).toMatch(/"(Api|Webhooks)[0-9A-F]{8}"/);
    }
  });

  it('is no queue and no topic: their policies let in AWS services, and send away whatever is not TLS', () => {
    for (const type of ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy']) {
      const statements = policies(type);
      for (const { Effect, Principal, Condition } of statements) {
        if (Effect === 'Deny') expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
        else expect(Principal).toEqual({ Service: anything(String) });
      }
      expect(statements.some(({ Effect }) => Effect === 'Deny')).toBe(true);
    }
    expect(ofType('AWS::SQS::QueuePolicy')).toHaveLength(ofType('AWS::SQS::Queue').length);
  });

  it('is no table and no secret: neither has a policy of its own', () => {
    for (const [, { Properties }] of ofType('AWS::DynamoDB::Table'))
      expect(Object.keys(Properties)).not.toContain('ResourcePolicy');
    expect(ofType('AWS::SecretsManager::ResourcePolicy')).toEqual([]);
  });

  it('can take on no role: only AWS services can', () => {
    const trust = z.object({ AssumeRolePolicyDocument: z.object({ Statement: z.array(statement) }) });
    for (const [, { Properties }] of ofType('AWS::IAM::Role'))
      for (const { Principal } of trust.parse(Properties).AssumeRolePolicyDocument.Statement)
        expect(JSON.stringify(Principal)).toMatch(/^\{"Service":"(lambda|apigateway)\.amazonaws\.com"\}$/);
  });
});

describe('what is at rest', () => {
  it("is encrypted: the queues with SQS' own keys, the table with DynamoDB's", () => {
    for (const [, { Properties }] of ofType('AWS::SQS::Queue'))
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
    // Not off, which no table can be: false stands for a key that AWS owns.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-dynamodb-table-ssespecification.html
    for (const [, { Properties }] of ofType('AWS::DynamoDB::Table'))
      expect(Properties['SSESpecification']).toEqual({ SSEEnabled: false });
  });
});
