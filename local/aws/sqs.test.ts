import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { makeAws, SQS } from '../../functions/ports/aws.ts';
import { makeHttp } from '../../functions/ports/http.ts';
import { anything } from '../fixture.ts';
import { queueSettings } from '../queues/fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import { startAws } from './aws.ts';

const dead = queueSettings('dead');
const watch = queueSettings('watch', { redrive: { deadLetterArn: dead.arn, maxReceiveCount: 3 } });
const QueueUrl = watch.url;

async function start() {
  const clock = makeFakeClock();
  const aws = await startAws({ template: { tables: [], secrets: [], queues: [watch, dead] }, clock });
  onTestFinished(aws.close);
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const call = makeAws(SQS, makeHttp(), { ...environment, AWS_ENDPOINT_URL: aws.url });
  return { ...aws, clock, call };
}

describe('SendMessage', () => {
  it('takes a message of the functions, and answers with its MD5', async () => {
    const { call, queues } = await start();
    expect(await call('SendMessage', { QueueUrl, MessageBody: 'hello', DelaySeconds: 900 })).toEqual({
      MessageId: anything(String),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(queues.byUrl(QueueUrl)?.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
  });

  it("takes a body of SQS's own limit", async () => {
    const { call, queues } = await start();
    await call('SendMessage', { QueueUrl, MessageBody: 'x'.repeat(1024 * 1024) });
    expect(queues.byUrl(QueueUrl)?.counts()).toMatchObject({ visible: 1 });
  });

  it('knows no other queue', async () => {
    const { call } = await start();
    await expect(call('SendMessage', { QueueUrl: `${QueueUrl}x`, MessageBody: 'a' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      status: 400,
      answer: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' },
    });
  });

  it.each([
    ['a delay below 0', { DelaySeconds: -1 }, 'Value -1 for parameter DelaySeconds is invalid.'],
    ['a delay over 900', { DelaySeconds: 901 }, 'DelaySeconds must be >= 0 and <= 900.'],
    ['a broken delay', { DelaySeconds: 1.5 }, 'Value 1.5 for parameter DelaySeconds'],
    ['a delay that is text', { DelaySeconds: '1' }, 'Value "1" for parameter DelaySeconds'],
    ['a body over 1 MiB', { MessageBody: `é${'x'.repeat(1024 * 1024 - 1)}` }, 'shorter than 1048576 bytes'],
    ['an empty body', { MessageBody: '' }, 'MessageBody'],
    ['no body', { MessageBody: undefined }, 'MessageBody'],
    [
      'message attributes',
      { MessageAttributes: { a: { DataType: 'String' } } },
      'Message attributes are not known here',
    ],
  ])('refuses %s', async (_case, input, message) => {
    const { call, queues } = await start();
    const sent = call('SendMessage', { QueueUrl, MessageBody: 'a', ...input });
    await expect(sent).rejects.toMatchObject({ name: 'InvalidParameterValue', status: 400 });
    await expect(sent).rejects.toThrow(message);
    expect(queues.byUrl(QueueUrl)?.counts()).toMatchObject({ visible: 0, delayed: 0 });
  });
});

describe('ReceiveMessage', () => {
  it('gives one message, and its attributes when asked', async () => {
    const { call, queues } = await start();
    for (const body of ['a', 'b']) queues.byUrl(QueueUrl)?.send(body);
    expect(await call('ReceiveMessage', { QueueUrl })).toEqual({
      Messages: [
        {
          MessageId: anything(String),
          ReceiptHandle: anything(String),
          MD5OfBody: '0cc175b9c0f1b6a831c399e269772661',
          Body: 'a',
        },
      ],
    });
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] };
    expect(await call('ReceiveMessage', asked)).toMatchObject({
      Messages: [{ Body: 'b', Attributes: { ApproximateReceiveCount: '1' } }],
    });
  });

  it('gives no list when there is nothing', async () => {
    const { call } = await start();
    expect(await call('ReceiveMessage', { QueueUrl })).toEqual({});
  });

  it('hides what it gives for as long as asked', async () => {
    const { call, clock, queues } = await start();
    queues.byUrl(QueueUrl)?.send('a');
    await call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 5 });
    await clock.advance(5000);
    expect(await call('ReceiveMessage', { QueueUrl })).toMatchObject({ Messages: [{ Body: 'a' }] });
  });

  it.each([{ MaxNumberOfMessages: 0 }, { MaxNumberOfMessages: 11 }, { VisibilityTimeout: 43_201 }])(
    'refuses %j',
    async (input) => {
      const { call } = await start();
      const received = call('ReceiveMessage', { QueueUrl, ...input });
      await expect(received).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    },
  );
});

describe('DeleteMessage', () => {
  it('deletes what was received', async () => {
    const { call, queues } = await start();
    queues.byUrl(QueueUrl)?.send('a');
    const Received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })) });
    const { Messages } = Received.parse(await call('ReceiveMessage', { QueueUrl }));
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle });
    expect(queues.byUrl(QueueUrl)?.counts()).toMatchObject({ inFlight: 0 });
  });

  it('refuses a handle that never was', async () => {
    const { call } = await start();
    await expect(call('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
  });
});

describe('GetQueueAttributes', () => {
  it('gives all', async () => {
    const { call, queues } = await start();
    for (const delay of [0, 0, 60]) queues.byUrl(QueueUrl)?.send('a', delay);
    queues.byUrl(QueueUrl)?.receive(1);
    expect(await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).toEqual({
      Attributes: {
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '1',
        QueueArn: watch.arn,
        DelaySeconds: '0',
        VisibilityTimeout: '30',
        MessageRetentionPeriod: '345600',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 }),
      },
    });
  });

  it('gives those that are named', async () => {
    const { call } = await start();
    expect(await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['DelaySeconds'] })).toEqual({
      Attributes: { DelaySeconds: '0' },
    });
  });
});

describe('the queues', () => {
  it('are listed, by the beginning of their name', async () => {
    const { call } = await start();
    expect(await call('ListQueues', {})).toEqual({ QueueUrls: [watch.url, dead.url] });
    expect(await call('ListQueues', { QueueNamePrefix: 'de' })).toEqual({ QueueUrls: [dead.url] });
  });

  it('can be emptied', async () => {
    const { call, queues } = await start();
    queues.byUrl(QueueUrl)?.send('a');
    await call('PurgeQueue', { QueueUrl });
    expect(queues.byUrl(QueueUrl)?.counts()).toMatchObject({ visible: 0 });
  });

  it('refuse what SQS can do and this cannot', async () => {
    const { call } = await start();
    await expect(call('CreateQueue', { QueueName: 'a' })).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });

  it('outlive a body that is no JSON, and answer in their own version of it', async () => {
    const { url } = await start();
    const headers = { Authorization: 'AWS4-HMAC-SHA256 x', 'X-Amz-Target': 'AmazonSQS.SendMessage' };
    const response = await fetch(url, { method: 'POST', headers, body: '{' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/x-amz-json-1.0',
    ]);
    expect(await response.json()).toMatchObject({ __type: 'com.amazonaws.sqs#InvalidParameterValue' });
  });
});
