import type { Queue } from '../template/model.ts';

/** A queue's settings, with SQS's defaults. */
export function queueSettings(name: string, more: Partial<Queue> = {}): Queue {
  return {
    logicalId: name,
    name,
    arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    url: `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`,
    delaySeconds: 0,
    visibilityTimeoutSeconds: 30,
    retentionSeconds: 345_600,
    ...more,
  };
}
