/**
 * Adds one to a metric: one line in CloudWatch's embedded metric format, past the log level.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(
  metric: 'StateUnavailable' | 'WebhookDeliveries',
  by: Record<string, string> = {},
): void {
  const definition = {
    Namespace: 'typing-relay',
    Dimensions: [Object.keys(by)],
    Metrics: [{ Name: metric, Unit: 'Count' }],
  };
  const line = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [definition] }, ...by, [metric]: 1 };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
