import { describe, expect, it } from 'vitest';
import { makeResolver } from './intrinsics.ts';
import type { Resource } from './names.ts';

const resources = new Map<string, Resource>([
  ['Table', { Type: 'AWS::DynamoDB::Table', Properties: {} }],
  [
    'Named',
    { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': '${AWS::StackName}-state' } } },
  ],
  ['Key', { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key' } }],
  ['Api', { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } }],
  ['Http', { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } }],
  ['Live', { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: 'live' } }],
  ['Queue', { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'delay' } }],
  ['Role', { Type: 'AWS::IAM::Role', Properties: { RoleName: 'role' } }],
  ['Odd', { Type: 'AWS::Odd::Thing', Properties: {} }],
]);
const { resolve } = makeResolver({ stackName: 'stack', resources, parameters: new Map([['Level', 'INFO']]) });
const place = { resource: 'Fn', property: 'Environment' };

describe('an intrinsic function', () => {
  it.each([
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::StackName' }, 'stack'],
    [{ Ref: 'Level' }, 'INFO'],
    [{ Ref: 'Table' }, expect.stringMatching(/^stack-Table-[A-Z0-9]{12}$/)],
    [{ Ref: 'Named' }, 'stack-state'],
    [
      { Ref: 'Key' },
      expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:key-\w{6}$/),
    ],
    [{ Ref: 'Api' }, expect.stringMatching(/^[a-z0-9]{10}$/)],
    [
      { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] },
      expect.stringMatching(/^wss:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
    ],
    [
      { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] },
      expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
    ],
    [
      // A stage's URL, as CDK writes it.
      {
        'Fn::Join': [
          '',
          [
            'https://',
            { Ref: 'Http' },
            '.execute-api.',
            { Ref: 'AWS::Region' },
            '.',
            { Ref: 'AWS::URLSuffix' },
            '/v1',
          ],
        ],
      },
      expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com\/v1$/),
    ],
    [{ Ref: 'Live' }, 'live'],
    [{ Ref: 'Queue' }, 'https://sqs.us-east-1.amazonaws.com/000000000000/delay'],
    [{ 'Fn::GetAtt': ['Named', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/stack-state'],
    [{ 'Fn::GetAtt': 'Role.Arn' }, 'arn:aws:iam::000000000000:role/role'],
    [{ 'Fn::GetAtt': ['Queue', 'QueueName'] }, 'delay'],
    [
      { 'Fn::GetAtt': ['Odd', 'Arn'] },
      expect.stringMatching(/^arn:aws:odd:us-east-1:000000000000:stack-Odd-/),
    ],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Live' }, 1]] }, 'a-live-1'],
    [{ 'Fn::Sub': '${Queue.QueueName}/${!Literal}/${AWS::Partition}' }, 'delay/${Literal}/aws'],
    [{ 'Fn::Sub': ['${x}-${Live}', { x: { Ref: 'Level' } }] }, 'INFO-live'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    [{ deep: [{ Ref: 'Live' }, { Ref: 'Live', other: 1 }] }, { deep: ['live', { Ref: 'Live', other: 1 }] }],
  ])('%j is resolved', (value, expected) => {
    expect(resolve(value, place)).toEqual(expected);
  });

  it('gives the same names on every run', () => {
    const again = makeResolver({ stackName: 'stack', resources, parameters: new Map() });
    expect(again.ref('Table')).toBe(resolve({ Ref: 'Table' }, place));
  });

  it.each([
    [{ Ref: 'Missing' }, 'there is no resource or parameter Missing'],
    [{ Ref: 'Odd' }, 'Ref of Odd (AWS::Odd::Thing) is not known here'],
    [
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'Fn::GetAtt Table.StreamArn (AWS::DynamoDB::Table) is not known here',
    ],
    [{ 'Fn::If': ['a', 1, 2] }, 'Fn::If is not known here'],
    [{ 'Fn::Select': [5, ['a']] }, 'Fn::Select finds nothing at its index'],
    [{ 'Fn::Join': ['', 'x'] }, 'a list is needed here'],
  ])('%j is refused, with its place', (value, message) => {
    expect(() => resolve(value, place)).toThrow(`Fn.Environment: ${message}`);
  });
});
