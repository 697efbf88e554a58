import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { WATCH_AGAIN_S, WATCH_TRIES } from '../functions/relay/constants.ts';
import { acknowledge } from './acknowledge.ts';

/** Encrypted with a key of SQS' own, and closed to whatever does not come over TLS. */
const GUARDED = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** Watches wait here for a guest's silence; what fails again and again is kept aside for a person. */
export function makeDelayQueue(scope: Construct): { watches: Queue; deadWatches: Queue } {
  const deadWatches = new Queue(scope, 'DeadWatches', { ...GUARDED, retentionPeriod: Duration.days(14) });
  acknowledge(
    deadWatches,
    'Serverless-SQSRedrivePolicy',
    'It is the dead-letter queue: an alarm tells a person of what comes here.',
  );
  const watches = new Queue(scope, 'Watches', {
    ...GUARDED,
    // Six times the function's time-out at least, so that Lambda can try again while it is throttled.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(WATCH_AGAIN_S),
    // Nobody types for so long without a word.
    retentionPeriod: Duration.hours(1),
    deadLetterQueue: { queue: deadWatches, maxReceiveCount: WATCH_TRIES },
  });
  return { watches, deadWatches };
}
