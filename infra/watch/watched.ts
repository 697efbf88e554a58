import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { type Dimension, type Metric as MetricName, NAMESPACE } from '../../functions/ports/metrics.ts';
import type { RelayConfig } from '../config.ts';

export interface WatchedFunction {
  handler: string;
  functionName: string;
}

/** What of the stack is watched: names only, since alarms, dashboard and queries know it by nothing else. */
export interface Watched {
  /** The dimension `Stack` of the relay's own metrics, and what every name here begins with. */
  stackName: string;
  webSocketApiId: string;
  stage: string;
  webhookApiId: string;
  functions: readonly WatchedFunction[];
  watchQueueName: string;
  deadLetterQueueName: string;
  tableName: string;
  /** Where the functions write, and the two APIs a line for each request. */
  logGroupNames: readonly string[];
  config: Pick<RelayConfig, 'alarmEmail' | 'alarmTopicArn' | 'connectionsPerSecondQuota' | 'throttleRate'>;
}

export type Statistic = 'Sum' | 'Maximum' | 'SampleCount' | 'p50' | 'p99';

/** How alarms look at a metric where they say nothing else. */
export const FIVE_MINUTES = Duration.minutes(5);

/** One of the relay's own metrics (functions/ports/metrics.ts). */
export const relayMetric = (
  { stackName }: Watched,
  metricName: MetricName,
  statistic: Statistic = 'Sum',
  by: Partial<Record<Dimension, string>> = {},
): Metric =>
  new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { Stack: stackName, ...by },
    statistic,
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
export const webSocketMetric = (
  { webSocketApiId: ApiId, stage: Stage }: Watched,
  metricName: 'ConnectCount' | 'MessageCount' | 'ClientError' | 'IntegrationError' | 'ExecutionError',
  period = FIVE_MINUTES,
): Metric =>
  new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId, Stage },
    statistic: 'Sum',
    period,
  });

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export const webhookMetric = (
  { webhookApiId: ApiId }: Watched,
  metricName: 'Count' | '4xx' | '5xx',
): Metric =>
  new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId },
    statistic: 'Sum',
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetric = (
  { functionName: FunctionName }: WatchedFunction,
  metricName: 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions',
  statistic: Statistic = 'Sum',
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName },
    statistic,
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetric = (
  QueueName: string,
  metricName:
    | 'ApproximateNumberOfMessagesVisible'
    | 'ApproximateAgeOfOldestMessage'
    | 'NumberOfMessagesSent'
    | 'NumberOfMessagesReceived'
    | 'NumberOfMessagesDeleted'
    | 'NumberOfEmptyReceives',
  statistic: Statistic = 'Sum',
): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName },
    statistic,
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableMetric = (
  { tableName: TableName }: Watched,
  metricName:
    'ConsumedReadCapacityUnits' | 'ConsumedWriteCapacityUnits' | 'ReadThrottleEvents' | 'WriteThrottleEvents',
): Metric =>
  new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName },
    statistic: 'Sum',
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
export const logMetric = (LogGroupName: string): Metric =>
  new Metric({
    namespace: 'AWS/Logs',
    metricName: 'IncomingBytes',
    dimensionsMap: { LogGroupName },
    statistic: 'Sum',
    period: FIVE_MINUTES,
  });

/**
 * A missing value counts as 0, so a metric that had nothing to say needs no FILL, which could hold an alarm where it is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const math = (
  expression: string,
  usingMetrics: Record<string, IMetric>,
  more: { label?: string; period?: Duration } = {},
): MathExpression => new MathExpression({ expression, usingMetrics, period: FIVE_MINUTES, ...more });
