import type { IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { MEMORY_MB } from '../relay-function.ts';
import {
  functionMetric,
  logMetric,
  math,
  queueMetric,
  tableMetric,
  type Watched,
  webhookMetric,
  webSocketMetric,
} from './watched.ts';

/**
 * AWS list prices of us-east-1 in dollars for a million, first tier, without free allowances.
 * aws.amazon.com/{api-gateway,lambda,dynamodb/on-demand,sqs,cloudwatch}/pricing
 */
const PRICES = {
  webSocketMessages: 1,
  webhookRequests: 1,
  invocations: 0.2,
  /** Gigabytes of memory for a second, on arm64. */
  gigabyteSeconds: 13.3334,
  tableWrites: 0.625,
  tableReads: 0.125,
  queueRequests: 0.4,
  /** Kilobytes taken in by CloudWatch Logs. */
  logKilobytes: 0.5,
} as const;

const MILLION = 1_000_000;
const THOUSAND_MILLION = 1_000_000_000;

/** What the stack costs an hour, by what it pays for. What AWS counts in no metric (docs/operating.md) is not in it. */
export function costsAnHour(watched: Watched): MathExpression[] {
  const hourly = { period: Duration.hours(1) };
  // Small prices would come out as 5e-10, a form that CloudWatch does not document.
  const sum = (label: string, price: number, per: number, metrics: Record<string, IMetric>): MathExpression =>
    math(`${price} * (${Object.keys(metrics).join(' + ')}) / ${per}`, metrics, { label, ...hourly });
  const { functions, watchQueueName, logGroupNames } = watched;
  const perFunction = <T>(prefix: string, of: (one: (typeof functions)[number]) => T): Record<string, T> =>
    Object.fromEntries(functions.map((one, index) => [`${prefix}${index}`, of(one)]));
  return [
    sum('API Gateway: messages', PRICES.webSocketMessages, MILLION, {
      messages: webSocketMetric(watched, 'MessageCount'),
    }),
    sum('API Gateway: webhook', PRICES.webhookRequests, MILLION, {
      deliveries: webhookMetric(watched, 'Count'),
    }),
    sum(
      'Lambda: calls',
      PRICES.invocations,
      MILLION,
      perFunction('calls', (one) => functionMetric(one, 'Invocations')),
    ),
    sum(
      'Lambda: time',
      // The metric is in milliseconds. docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      (PRICES.gigabyteSeconds * MEMORY_MB) / 1024,
      THOUSAND_MILLION,
      perFunction('time', (one) => functionMetric(one, 'Duration')),
    ),
    sum('DynamoDB: writes', PRICES.tableWrites, MILLION, {
      writes: tableMetric(watched, 'ConsumedWriteCapacityUnits'),
    }),
    sum('DynamoDB: reads', PRICES.tableReads, MILLION, {
      reads: tableMetric(watched, 'ConsumedReadCapacityUnits'),
    }),
    sum('SQS', PRICES.queueRequests, MILLION, {
      sent: queueMetric(watchQueueName, 'NumberOfMessagesSent'),
      received: queueMetric(watchQueueName, 'NumberOfMessagesReceived'),
      deleted: queueMetric(watchQueueName, 'NumberOfMessagesDeleted'),
      empty: queueMetric(watchQueueName, 'NumberOfEmptyReceives'),
    }),
    sum(
      'CloudWatch Logs',
      PRICES.logKilobytes,
      THOUSAND_MILLION,
      Object.fromEntries(logGroupNames.map((name, index) => [`log${index}`, logMetric(name)])),
    ),
  ];
}
