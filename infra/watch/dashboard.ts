import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type Dimension, type Metric as MetricName, NAMESPACE } from '../../functions/ports/metrics.ts';
import { costsAnHour } from './cost.ts';
import {
  functionMetric,
  math,
  queueMetric,
  relayMetric,
  type Statistic,
  tableMetric,
  type Watched,
  webhookMetric,
  webSocketMetric,
} from './watched.ts';

/** A row of graphs under a line that says what to look for. */
interface Section {
  title: string;
  says: string;
  graphs: readonly GraphWidgetProps[];
}

/** How wide a dashboard is, in units of its grid. */
const WIDTH = 24;

/**
 * One dashboard. Its name has the region: alarms and queries belong to one, dashboards to the whole account.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function makeDashboard(scope: Construct, watched: Watched, alarms: Alarm[]): Dashboard {
  const sections = [
    working(watched),
    upstream(watched),
    connections(watched),
    functions(watched),
    state(watched),
    cost(watched),
  ];
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `${watched.stackName}-${Aws.REGION}`,
    defaultInterval: Duration.hours(3),
    widgets: [
      [new AlarmStatusWidget({ alarms, title: 'Alarms', width: WIDTH })],
      ...sections.flatMap(rowsOf),
    ],
  });
}

const rowsOf = ({ title, says, graphs }: Section): IWidget[][] => [
  [new TextWidget({ markdown: `## ${title}\n${says}`, width: WIDTH, height: 2 })],
  graphs.map((graph) => new GraphWidget({ width: WIDTH / graphs.length, height: 6, ...graph })),
];

/** A line for each value of a dimension that there was; of none where nothing was counted for two weeks. */
const eachBy = (
  { stackName }: Watched,
  metric: MetricName,
  dimensions: readonly Dimension[],
  statistic: Statistic = 'Sum',
): IMetric =>
  new MathExpression({
    expression: `SEARCH('{"${NAMESPACE}",${['Stack', ...dimensions].join()}} MetricName="${metric}" Stack="${stackName}"', '${statistic}')`,
  });

function working(watched: Watched): Section {
  const count = (name: MetricName) => relayMetric(watched, name);
  const saved = { coalesced: count('Coalesced'), stale: count('Stale'), ignored: count('Ignored') };
  const share = '100 * (coalesced + stale + ignored) / (coalesced + stale + ignored + forwarded)';
  return {
    title: 'Is it working',
    says: 'While people type, `Forwarded` is above zero: Genesys was told. `Coalesced` frames were calls saved; much `Stale` means late functions.',
    graphs: [
      {
        title: 'Typing frames by outcome',
        stacked: true,
        left: [count('Forwarded'), ...Object.values(saved), count('FramesRefused')],
      },
      {
        title: 'Upstream calls saved, %',
        left: [math(share, { ...saved, forwarded: count('Forwarded') }, { label: 'saved' })],
        leftYAxis: { min: 0, max: 100 },
      },
    ],
  };
}

function upstream(watched: Watched): Section {
  const time = (statistic: Statistic) =>
    relayMetric(watched, 'UpstreamTime', statistic).with({ label: statistic });
  return {
    title: 'Genesys',
    says: 'How long Genesys takes, why it refuses, and how near the 300 requests a minute are. `OwedOffs` ended bubbles of guests who fell silent.',
    graphs: [
      {
        title: 'Time of a call, ms',
        left: [time('p50'), time('p99'), eachBy(watched, 'UpstreamTime', ['Upstream'], 'p99')],
      },
      {
        title: 'Refusals by reason',
        stacked: true,
        left: [eachBy(watched, 'UpstreamRefused', ['Upstream', 'Reason'])],
      },
      {
        title: 'Sessions that were over',
        stacked: true,
        left: [eachBy(watched, 'SessionEnded', ['Upstream', 'Reason'])],
      },
      {
        title: 'Limits and clean-up',
        left: [relayMetric(watched, 'RateLimited'), relayMetric(watched, 'OwedOffs')],
      },
    ],
  };
}

function connections(watched: Watched): Section {
  const ours = (...names: Parameters<typeof webSocketMetric>[1][]) =>
    names.map((name) => webSocketMetric(watched, name));
  return {
    title: 'Connections',
    says: 'Who comes in. `ClientError` is what API Gateway itself refused, a bad ticket above all; the other two errors are ours.',
    graphs: [
      { title: 'New connections and messages', left: ours('ConnectCount'), right: ours('MessageCount') },
      { title: 'Errors', left: ours('ClientError', 'IntegrationError', 'ExecutionError') },
      {
        title: 'Tickets refused by reason',
        stacked: true,
        left: [eachBy(watched, 'TicketsRefused', ['Reason'])],
      },
      {
        title: 'Webhook',
        left: [eachBy(watched, 'WebhookDeliveries', ['Outcome']), webhookMetric(watched, '5xx')],
      },
    ],
  };
}

function functions(watched: Watched): Section {
  const each = (...[name, statistic]: [Parameters<typeof functionMetric>[1], Statistic?]) =>
    watched.functions.map((one) => functionMetric(one, name, statistic).with({ label: one.handler }));
  return {
    title: 'Functions',
    says: 'A duration near 10,000 ms is a time-out. `authorizer` counts an error for each connection without a ticket. Throttles mean that the account is out of concurrency.',
    graphs: [
      { title: 'Duration p99, ms', left: each('Duration', 'p99') },
      { title: 'Errors', left: each('Errors') },
      { title: 'Throttles', left: each('Throttles') },
      { title: 'Concurrent executions', left: each('ConcurrentExecutions', 'Maximum') },
    ],
  };
}

function state(watched: Watched): Section {
  const { watchQueueName, deadLetterQueueName } = watched;
  const waiting = (queue: string, label: string) =>
    queueMetric(queue, 'ApproximateNumberOfMessagesVisible', 'Maximum').with({ label });
  return {
    title: 'Queue and table',
    says: 'Watches end held bubbles: they are to be seconds old, unless Genesys said Retry-After, and none dead. The table is paid by the unit.',
    graphs: [
      {
        title: 'Age of the oldest watch, s',
        left: [queueMetric(watchQueueName, 'ApproximateAgeOfOldestMessage', 'Maximum')],
      },
      {
        title: 'Watches that wait, and dead ones',
        left: [waiting(watchQueueName, 'waiting'), waiting(deadLetterQueueName, 'dead')],
      },
      {
        title: 'Units of the table',
        left: [
          tableMetric(watched, 'ConsumedWriteCapacityUnits'),
          tableMetric(watched, 'ConsumedReadCapacityUnits'),
        ],
      },
      {
        title: 'Trouble of the table',
        left: [
          tableMetric(watched, 'WriteThrottleEvents'),
          tableMetric(watched, 'ReadThrottleEvents'),
          relayMetric(watched, 'StateUnavailable'),
        ],
      },
    ],
  };
}

const cost = (watched: Watched): Section => ({
  title: 'Cost',
  says: 'An estimate by the list prices of us-east-1. Not in it, since no metric counts them: connection minutes ($0.25 a million), start-up time of functions, traffic, and this watch.',
  graphs: [
    { title: 'Dollars an hour', stacked: true, left: costsAnHour(watched), period: Duration.hours(1) },
  ],
});
