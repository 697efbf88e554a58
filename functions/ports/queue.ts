import type { WatchLater } from '../relay/delivery.ts';
import type { CallAws } from './aws.ts';

/** SQS counts in whole seconds, up to 15 minutes. API reference: SendMessage. */
export const DELAY_MAX_S = 900;

/**
 * Puts watches into the delay queue, to come back when their time is over: a second early rather than late, since
 * whoever gets it can wait for the rest.
 * @throws AwsError or Error when the queue cannot be reached
 */
export function makeQueue(call: CallAws, queueUrl: string): WatchLater {
  return async (watch, delayMs) => {
    await call('SendMessage', {
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(watch),
      DelaySeconds: Math.min(DELAY_MAX_S, Math.floor(delayMs / 1000)),
    });
  };
}
