import * as z from 'zod';
import type { Queue, Redrive } from './model.ts';
import type { Resource } from './names.ts';
import { TemplateError } from './names.ts';
import { ANY, OFF, only } from './properties.ts';
import type { Resources } from './resources.ts';

export const QUEUE_TYPE = 'AWS::SQS::Queue';

/** CloudFormation writes numbers as text, too. */
const wholeNumber = z.coerce.number().int().nonnegative();

/** Defaults: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
const QueueProperties = z.object({
  DelaySeconds: wholeNumber.default(0),
  VisibilityTimeout: wholeNumber.default(30),
  MessageRetentionPeriod: wholeNumber.default(4 * 24 * 60 * 60),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: wholeNumber.min(1) })
    .optional(),
});

const withoutEffect = z.object({
  Tags: ANY,
  FifoQueue: OFF,
  // Nothing is encrypted here.
  SqsManagedSseEnabled: ANY,
  KmsMasterKeyId: ANY,
  KmsDataKeyReusePeriodSeconds: ANY,
  MaximumMessageSize: only(1024 * 1024),
  ReceiveMessageWaitTimeSeconds: only(0),
});

/** True for a queue that keeps an order: nothing here runs it. */
export function isFifo(resource: Resource): boolean {
  return z.stringbool().or(z.boolean()).safeParse(resource.Properties['FifoQueue']).data === true;
}

/** Reads the queues. Throws a `TemplateError` when a dead-letter queue is not one of them. */
export function readQueues(resources: Resources): Queue[] {
  const read = resources.ofType([QUEUE_TYPE], QueueProperties, withoutEffect);
  const arns = new Set(read.map(({ id }) => resources.resolver.arn(id)));
  return read.map(({ id, properties }) => {
    const redrive = redriveOf(properties.RedrivePolicy);
    if (redrive !== undefined && !arns.has(redrive.deadLetterArn)) {
      const place = { resource: id, property: 'RedrivePolicy.deadLetterTargetArn' };
      throw new TemplateError(place, `${redrive.deadLetterArn} is no queue that runs here`);
    }
    return {
      logicalId: id,
      name: resources.resolver.physicalName(id),
      arn: resources.resolver.arn(id),
      url: resources.resolver.ref(id),
      delaySeconds: properties.DelaySeconds,
      visibilityTimeoutSeconds: properties.VisibilityTimeout,
      retentionSeconds: properties.MessageRetentionPeriod,
      ...(redrive === undefined ? {} : { redrive }),
    };
  });
}

function redriveOf(policy: z.infer<typeof QueueProperties>['RedrivePolicy']): Redrive | undefined {
  if (policy === undefined) return undefined;
  return { deadLetterArn: policy.deadLetterTargetArn, maxReceiveCount: policy.maxReceiveCount };
}
