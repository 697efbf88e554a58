import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import type { RawResources } from './fixture.ts';
import { fn, load, notRunOf } from './fixture.ts';

type Raw = RawResources[string];

const queue = (Properties: object = {}): Raw => ({ Type: 'AWS::SQS::Queue', Properties });
const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });
const mapping = (Properties: object = {}): Raw => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn: arnOf('Queue'), FunctionName: { Ref: 'TypingABCDEF02' }, ...Properties },
});

describe("a template's queues", () => {
  it("come with SQS's defaults", async () => {
    const template = await load({
      Queue: queue({ QueueName: 'watch', KmsMasterKeyId: { 'Fn::If': [] }, SqsManagedSseEnabled: true }),
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: 'Queue' }] } },
    });
    expect(template.queues).toEqual([
      {
        logicalId: 'Queue',
        name: 'watch',
        arn: 'arn:aws:sqs:us-east-1:000000000000:watch',
        url: 'https://sqs.us-east-1.amazonaws.com/000000000000/watch',
        delaySeconds: 0,
        visibilityTimeoutSeconds: 30,
        retentionSeconds: 345_600,
      },
    ]);
    expect(notRunOf(template)).toEqual([]);
  });

  it('have their own settings and a dead-letter queue', async () => {
    const { queues } = await load({
      Queue: queue({
        DelaySeconds: 5,
        VisibilityTimeout: '60',
        MessageRetentionPeriod: 600,
        RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: '3' },
      }),
      Dead: queue({ QueueName: 'dead' }),
    });
    expect(queues[0]).toMatchObject({
      name: like(/^relay-Queue-/),
      delaySeconds: 5,
      visibilityTimeoutSeconds: 60,
      retentionSeconds: 600,
      redrive: { deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 3 },
    });
  });

  it('that keep an order do not run here, nor do their mappings', async () => {
    const template = await load({
      Queue: queue({ FifoQueue: true }),
      Mapping: mapping(),
    });
    expect([template.queues, template.eventSources]).toEqual([[], []]);
    expect(notRunOf(template)).toEqual([
      'Not run here: Queue (AWS::SQS::Queue)',
      'Not run here: Mapping (AWS::Lambda::EventSourceMapping)',
    ]);
  });

  it('with a dead-letter queue outside the template are refused', async () => {
    const RedrivePolicy = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:1:other', maxReceiveCount: 3 };
    await expect(load({ Queue: queue({ RedrivePolicy }) })).rejects.toThrow(
      'Queue.RedrivePolicy.deadLetterTargetArn: arn:aws:sqs:us-east-1:1:other is no queue that runs here',
    );
  });
});

describe('a mapping of a queue to a function', () => {
  it("comes with Lambda's defaults", async () => {
    const { eventSources, queues } = await load({ Queue: queue(), Mapping: mapping() });
    expect(eventSources).toEqual([
      {
        logicalId: 'Mapping',
        queueArn: queues[0]?.arn,
        functionId: 'TypingABCDEF02',
        enabled: true,
        batchSize: 10,
        batchingWindowSeconds: 0,
        reportsItemFailures: false,
      },
    ]);
  });

  it('has its own settings', async () => {
    const own = mapping({
      Enabled: false,
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    // As much as the function's own timeout is enough.
    const { eventSources } = await load({ Queue: queue({ VisibilityTimeout: 10 }), Mapping: own });
    expect(eventSources[0]).toMatchObject({
      enabled: false,
      batchSize: 50,
      batchingWindowSeconds: 2,
      reportsItemFailures: true,
      maximumConcurrency: 3,
    });
  });

  it.each([
    ['ARN', arnOf('TypingABCDEF02')],
    ['ARN with a version', { 'Fn::Sub': '${TypingABCDEF02.Arn}:live' }],
    ['partial ARN', { 'Fn::Sub': '${AWS::AccountId}:function:${TypingABCDEF02}' }],
  ])('may name the function by its %s', async (_form, FunctionName) => {
    const { eventSources } = await load({ Queue: queue(), Mapping: mapping({ FunctionName }) });
    expect(eventSources).toMatchObject([{ functionId: 'TypingABCDEF02' }]);
  });

  it.each([
    ["a table's stream", mapping({ EventSourceArn: { 'Fn::GetAtt': ['State', 'StreamArn'] } })],
    ['a queue of another stack', mapping({ EventSourceArn: 'arn:aws:sqs:us-east-1:1:other' })],
    ['no source at all', { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} }],
    ['a function that does not run here', mapping({ FunctionName: { Ref: 'Python' } })],
  ])('with %s does not run here', async (_case, other) => {
    const Python = fn('c3', { Runtime: 'python3.13' });
    const { eventSources, notRun } = await load({ Python, Queue: queue(), Mapping: other });
    expect(eventSources).toEqual([]);
    expect(notRun).toContainEqual({
      resource: 'Mapping',
      type: 'AWS::Lambda::EventSourceMapping',
      properties: [],
    });
  });

  it.each([
    [
      "a visibility timeout below the function's",
      { Queue: queue({ VisibilityTimeout: 9 }), Mapping: mapping() },
      "Queue.VisibilityTimeout: 9 seconds are less than the 10 of TypingABCDEF02's Timeout",
    ],
    [
      'large batches and no window for them',
      { Queue: queue(), Mapping: mapping({ BatchSize: 11 }) },
      'Mapping.BatchSize: ',
    ],
    [
      'a filter',
      { Queue: queue(), Mapping: mapping({ FilterCriteria: { Filters: [] } }) },
      'Mapping.FilterCriteria: filters are not known here',
    ],
    [
      'a condition',
      {
        Queue: queue(),
        Mapping: { ...mapping(), Type: 'AWS::Lambda::EventSourceMapping', Condition: 'IsLive' },
      },
      'Mapping.Condition: ',
    ],
  ])('with %s is refused, with the place', async (_case, changes, message) => {
    await expect(load(changes)).rejects.toThrow(message);
  });
});
