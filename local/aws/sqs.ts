import * as z from 'zod';
import { systemAttributes } from '../queues/batch.ts';
import type { MessageQueue, ReceivedMessage } from '../queues/queue.ts';
import type { Queues } from '../queues/queues.ts';
import type { ServiceAnswer } from './secrets.ts';

export interface Sqs {
  /** Answers an operation; undefined for one that is not known here. */
  readonly handle: (operation: string, input: unknown) => ServiceAnswer | undefined;
}

/** docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LONGEST_BODY = 1024 * 1024;
const LONGEST_DELAY_S = 15 * 60;
const LONGEST_VISIBILITY_S = 12 * 60 * 60;
const MOST_RECEIVED = 10;

/** A refusal: one of the errors that the API reference names. */
class SqsError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

function between(parameter: string, least: number, most: number): z.ZodType<number | undefined> {
  const reason = `${parameter} must be >= ${least} and <= ${most}.`;
  const error = ({ input }: { input?: unknown }): string =>
    `Value ${JSON.stringify(input)} for parameter ${parameter} is invalid. Reason: ${reason}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).optional();
}

const names = z.array(z.string()).default([]);
const Send = z.object({
  MessageBody: z
    .string()
    .min(1)
    .refine((body) => Buffer.byteLength(body) <= LONGEST_BODY, {
      error: `One or more parameters are invalid. Reason: Message must be shorter than ${LONGEST_BODY} bytes.`,
    }),
  DelaySeconds: between('DelaySeconds', 0, LONGEST_DELAY_S),
  MessageAttributes: z
    .record(z.string(), z.never({ error: 'Message attributes are not known here.' }))
    .optional(),
});
const Receive = z.object({
  MaxNumberOfMessages: between('MaxNumberOfMessages', 1, MOST_RECEIVED),
  VisibilityTimeout: between('VisibilityTimeout', 0, LONGEST_VISIBILITY_S),
  AttributeNames: names,
  MessageSystemAttributeNames: names,
});
const Delete = z.object({ ReceiptHandle: z.string() });
const Attributes = z.object({ AttributeNames: names });
const List = z.object({ QueueNamePrefix: z.string().default('') });

type Operation = (queue: MessageQueue, input: unknown) => ServiceAnswer['body'];

/** docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['SendMessage', send],
  ['ReceiveMessage', receive],
  ['DeleteMessage', remove],
  ['GetQueueAttributes', getAttributes],
  [
    'PurgeQueue',
    (queue) => {
      queue.purge();
      return {};
    },
  ],
]);

/** Answers for the queues as SQS does in its JSON protocol. */
export function makeSqs(queues: Queues): Sqs {
  function answer(operation: Operation, input: unknown): ServiceAnswer['body'] {
    const { QueueUrl: url } = parse(z.object({ QueueUrl: z.string() }), input);
    const queue = queues.byUrl(url);
    if (queue === undefined) throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return operation(queue, input);
  }

  return {
    handle: (name, input) => {
      const operation = OPERATIONS.get(name);
      if (operation === undefined && name !== 'ListQueues') return undefined;
      try {
        return {
          status: 200,
          body: operation === undefined ? list(queues, input) : answer(operation, input),
        };
      } catch (error) {
        if (!(error instanceof SqsError)) throw error;
        return { status: 400, body: { __type: `com.amazonaws.sqs#${error.type}`, message: error.message } };
      }
    },
  };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  const reason = issue?.message ?? 'not as expected';
  throw new SqsError('InvalidParameterValue', reason.includes(place) ? reason : `${place}: ${reason}`);
}

function send(queue: MessageQueue, data: unknown): ServiceAnswer['body'] {
  const input = parse(Send, data);
  const { id, md5 } = queue.send(input.MessageBody, input.DelaySeconds);
  return { MessageId: id, MD5OfMessageBody: md5 };
}

function receive(queue: MessageQueue, data: unknown): ServiceAnswer['body'] {
  const input = parse(Receive, data);
  const wanted = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
  const received = queue.receive(input.MaxNumberOfMessages ?? 1, input.VisibilityTimeout);
  // SQS leaves the list away when there is nothing in it.
  return received.length === 0 ? {} : { Messages: received.map((message) => described(message, wanted)) };
}

function described(message: ReceivedMessage, wanted: readonly string[]): object {
  const attributes = chosen(systemAttributes(message), wanted);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(Object.keys(attributes).length === 0 ? {} : { Attributes: attributes }),
  };
}

function remove(queue: MessageQueue, data: unknown): ServiceAnswer['body'] {
  const { ReceiptHandle: handle } = parse(Delete, data);
  if (queue.remove(handle)) return {};
  throw new SqsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
}

function getAttributes(queue: MessageQueue, data: unknown): ServiceAnswer['body'] {
  const { AttributeNames: wanted } = parse(Attributes, data);
  const { visible, inFlight, delayed } = queue.counts();
  const { settings } = queue;
  const { deadLetterArn: deadLetterTargetArn, maxReceiveCount } = settings.redrive ?? {};
  const all: Record<string, string> = {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    QueueArn: settings.arn,
    DelaySeconds: String(settings.delaySeconds),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    ...(settings.redrive === undefined
      ? {}
      : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) }),
  };
  return { Attributes: chosen(all, wanted) };
}

function chosen(all: Record<string, string>, wanted: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name)),
  );
}

function list(queues: Queues, data: unknown): ServiceAnswer['body'] {
  const { QueueNamePrefix: prefix } = parse(List, data);
  const found = queues.all.filter(({ settings }) => settings.name.startsWith(prefix));
  return { QueueUrls: found.map(({ settings }) => settings.url) };
}
