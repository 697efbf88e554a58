import * as z from 'zod';
import type { Result } from '../lambda/environments.ts';
import { REGION } from '../template/names.ts';
import type { ReceivedMessage } from './queue.ts';

/** Who sent a message: nobody is known here. */
export const SENDER_ID = 'local';

/** A message's system attributes, as text. */
export function systemAttributes(message: ReceivedMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: SENDER_ID,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
}

/** The event of a batch: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(queueArn: string, batch: readonly ReceivedMessage[]): { Records: object[] } {
  return {
    Records: batch.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: {},
      md5OfBody: message.md5,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: REGION,
    })),
  };
}

const BatchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

/**
 * The messages of a batch that are done and to be deleted.
 * What fails the whole batch: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function succeeded(
  batch: readonly ReceivedMessage[],
  result: Result,
  reportsItemFailures: boolean,
): readonly ReceivedMessage[] {
  if (!result.ok) return [];
  if (!reportsItemFailures) return batch;
  const response = BatchResponse.safeParse(result.value);
  if (!response.success) return [];
  const failed = new Set(response.data?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(batch.map(({ id }) => id));
  if ([...failed].some((id) => !known.has(id))) return [];
  return batch.filter(({ id }) => !failed.has(id));
}
