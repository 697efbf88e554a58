import * as z from 'zod';
import { FUNCTION_TYPE } from './functions.ts';
import type { Resolver } from './intrinsics.ts';
import type { EventSource, LambdaFunction, Queue } from './model.ts';
import type { Resource } from './names.ts';
import { TemplateError } from './names.ts';
import { ANY } from './properties.ts';
import { QUEUE_TYPE } from './queues.ts';
import type { Resources } from './resources.ts';

const MAPPING_TYPE = 'AWS::Lambda::EventSourceMapping';

/** CloudFormation writes booleans and numbers as text, too. */
const wholeNumber = z.coerce.number().int().nonnegative();
const flag = z.boolean().or(z.stringbool());

/** Defaults: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: flag.default(true),
  BatchSize: wholeNumber.min(1).default(10),
  MaximumBatchingWindowInSeconds: wholeNumber.default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: wholeNumber.min(2).optional() }).optional(),
  FilterCriteria: z.undefined({ error: 'filters are not known here' }).optional(),
});
type MappingProperties = z.infer<typeof MappingProperties>;
const withoutEffect = z.object({
  Tags: ANY,
  // Encrypts filters, and there are none.
  KmsKeyArn: ANY,
  // There are no metrics: what would show them is a resource, and named.
  MetricsConfig: ANY,
});

/**
 * Makes the test for a mapping that runs here: from one of these queues to one of these functions.
 * @param runs the queues and functions that run, among other resources
 */
export function isSourceOf(
  runs: ReadonlyMap<string, Resource>,
  resolver: Resolver,
): (id: string, resource: Resource) => boolean {
  const idsOf = (type: string): string[] =>
    [...runs].filter(([, resource]) => resource.Type === type).map(([id]) => id);
  return (id, resource) => {
    if (resource.Type !== MAPPING_TYPE) return false;
    const text = (property: string): string => resolvedText(resolver, id, property, resource);
    const [queueArn, name] = [text('EventSourceArn'), text('FunctionName')];
    return (
      idsOf(QUEUE_TYPE).some((queue) => resolver.arn(queue) === queueArn) &&
      idsOf(FUNCTION_TYPE).some((fn) => names(name, resolver.physicalName(fn), resolver.arn(fn)))
    );
  };
}

/** Empty for what cannot be resolved: such a mapping is of a service that nothing here runs, a stream for one. */
function resolvedText(resolver: Resolver, id: string, property: string, resource: Resource): string {
  try {
    const value = resolver.resolve(resource.Properties[property], { resource: id, property });
    return typeof value === 'string' ? value : '';
  } catch (error) {
    if (error instanceof TemplateError) return '';
    throw error;
  }
}

/** True when a mapping's `FunctionName` is this function: a name, a whole or a partial ARN, with a version or without. */
function names(functionName: string, own: string, arn: string): boolean {
  return [own, arn, `${arn.split(':')[4] ?? ''}:function:${own}`].some(
    (form) => functionName === form || functionName.startsWith(`${form}:`),
  );
}

/** Reads the mappings. Throws a `TemplateError` for one that AWS would refuse to deploy, or that has a filter. */
export function readEventSources(
  resources: Resources,
  queues: readonly Queue[],
  functions: readonly LambdaFunction[],
): EventSource[] {
  return resources.ofType([MAPPING_TYPE], MappingProperties, withoutEffect).map(({ id, properties }) => {
    const queue = queues.find(({ arn }) => arn === properties.EventSourceArn);
    const fn = functions.find((one) => names(properties.FunctionName, one.functionName, one.arn));
    if (queue === undefined || fn === undefined)
      throw new TemplateError(
        { resource: id, property: 'EventSourceArn' },
        'its queue or function is missing',
      );
    refuseWhatAwsRefuses(id, properties, queue, fn);
    const maximumConcurrency = properties.ScalingConfig?.MaximumConcurrency;
    return {
      logicalId: id,
      queueArn: queue.arn,
      functionId: fn.logicalId,
      enabled: properties.Enabled,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }),
    };
  });
}

/** docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function refuseWhatAwsRefuses(
  id: string,
  mapping: MappingProperties,
  queue: Queue,
  fn: LambdaFunction,
): void {
  if (queue.visibilityTimeoutSeconds < fn.timeoutSeconds) {
    throw new TemplateError(
      { resource: queue.logicalId, property: 'VisibilityTimeout' },
      `${queue.visibilityTimeoutSeconds} seconds are less than the ${fn.timeoutSeconds} of ${fn.logicalId}'s Timeout`,
    );
  }
  if (mapping.BatchSize > 10 && mapping.MaximumBatchingWindowInSeconds === 0) {
    throw new TemplateError(
      { resource: id, property: 'BatchSize' },
      'more than 10 needs a MaximumBatchingWindowInSeconds',
    );
  }
}
