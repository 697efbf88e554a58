import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { NAMESPACE } from '../../functions/ports/metrics.ts';
import { CLIENT_REFRESH_MS } from '../../functions/relay/constants.ts';
import { alarmsOf } from './alarms.ts';
import { askedFor, CONTRACT, propertiesOf, watched, watchTemplate } from './fixture.ts';

const dimensions = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .transform((found) => new Map(found.map(({ Name, Value }) => [Name, Value])));

const plain = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
  Period: z.number(),
  Statistic: z.string(),
});
const query = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  MetricStat: z
    .object({
      Metric: plain.omit({ Period: true, Statistic: true }),
      Period: z.number(),
      Stat: z.string(),
    })
    .optional(),
});
const alarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number(),
  ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
  TreatMissingData: z.string(),
  Metrics: z.array(query).optional(),
  AlarmActions: z.array(z.unknown()).optional(),
});
type Plain = z.infer<typeof plain>;

const template = watchTemplate();
const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm').map((found) => {
  const { Metrics, ...rest } = alarm.parse(found);
  const metrics: [id: string, metric: Plain][] = Metrics
    ? Metrics.flatMap(({ Id, MetricStat }) =>
        MetricStat
          ? [[Id, { ...MetricStat.Metric, Period: MetricStat.Period, Statistic: MetricStat.Stat }]]
          : [],
      )
    : [['it', plain.parse(found)]];
  return { ...rest, metrics, expression: Metrics?.find(({ Expression }) => Expression)?.Expression ?? 'it' };
});

const nameOf = ({ AlarmName }: { AlarmName: string }) => AlarmName.replace(`${watched.stackName}-`, '');

const metricLine = ({ Namespace, MetricName, Dimensions, Statistic, Period }: Plain): string => {
  const by = [...Dimensions].map((pair) => pair.join('='));
  return [Namespace, MetricName, ...by, Statistic, `${Period} s`].join(' ');
};

/** All of an alarm: what it compares with what, how often, and each metric in it. */
const linesOf = (one: (typeof alarms)[number]): string[] => {
  const { expression, Threshold, DatapointsToAlarm, EvaluationPeriods, metrics } = one;
  return [
    `${expression} >= ${Threshold}, ${DatapointsToAlarm} of ${EvaluationPeriods}`,
    ...metrics.map(([id, metric]) => `${id}: ${metricLine(metric)}`),
  ];
};

/** What an alarm's expression makes of one value of each of its metrics. */
const valueOf = (name: string, values: Record<string, number>): number => {
  const found = alarms.find((one) => nameOf(one) === name);
  const context = { IF: (condition: boolean, then: number, other: number) => (condition ? then : other) };
  return z.number().parse(runInNewContext(found?.expression ?? '', { ...context, ...values }));
};

const relay = (metric: string, statistic = 'Sum') =>
  `${NAMESPACE} ${metric} Stack=chat-typing ${statistic} 300 s`;
const refusedTickets = (reason: string) =>
  `${NAMESPACE} TicketsRefused Reason=${reason} Stack=chat-typing Sum 300 s`;
const socket = (metric: string, period: number) =>
  `AWS/ApiGateway ${metric} ApiId=socket-api Stage=v1 Sum ${period} s`;
const fn = (name: string, metric: string) => `AWS/Lambda ${metric} FunctionName=${name}-function Sum 300 s`;

describe('the alarms', () => {
  it('look at these metrics, and ring at these values', () => {
    expect(Object.fromEntries(alarms.map((one) => [nameOf(one), linesOf(one)]))).toEqual({
      'routes-failing': [
        'integration + execution >= 5, 1 of 1',
        `integration: ${socket('IntegrationError', 300)}`,
        `execution: ${socket('ExecutionError', 300)}`,
      ],
      'upstream-refusals': [
        'IF(refused >= 100, 100 * refused / (refused + forwarded), 0) >= 20, 2 of 3',
        `refused: ${relay('UpstreamRefused')}`,
        `forwarded: ${relay('Forwarded')}`,
      ],
      'rate-limited': ['it >= 10, 2 of 3', `it: ${relay('RateLimited')}`],
      'upstream-slow': [
        'IF(calls >= 20, slowest, 0) >= 2000, 2 of 3',
        `calls: ${relay('UpstreamTime', 'SampleCount')}`,
        `slowest: ${relay('UpstreamTime', 'p99')}`,
      ],
      'connections-near-quota': [
        'opened + refused >= 24000, 1 of 1',
        `opened: ${socket('ConnectCount', 60)}`,
        `refused: ${NAMESPACE} TicketsRefused Stack=chat-typing Sum 60 s`,
      ],
      'messages-near-throttle': ['it >= 48000, 1 of 1', `it: ${socket('MessageCount', 60)}`],
      'tickets-refused': [
        'refused - late - early - none >= 20, 1 of 1',
        `refused: ${relay('TicketsRefused')}`,
        `late: ${refusedTickets('expired')}`,
        `early: ${refusedTickets('not_yet_valid')}`,
        `none: ${refusedTickets('no_ticket')}`,
      ],
      'webhook-failing': ['it >= 5, 1 of 1', 'it: AWS/ApiGateway 5xx ApiId=webhook-api Sum 300 s'],
      'webhook-forged': [
        'it >= 10, 1 of 1',
        `it: ${NAMESPACE} WebhookDeliveries Outcome=bad_signature Stack=chat-typing Sum 300 s`,
      ],
      'state-unavailable': ['it >= 5, 1 of 1', `it: ${relay('StateUnavailable')}`],
      'watches-late': [
        'it >= 1080, 1 of 1',
        'it: AWS/SQS ApproximateAgeOfOldestMessage QueueName=watches Maximum 300 s',
      ],
      'dead-letters': [
        'it >= 1, 1 of 1',
        'it: AWS/SQS ApproximateNumberOfMessagesVisible QueueName=dead-watches Maximum 300 s',
      ],
      'function-errors-authorizer': [
        'failed - uninvited >= 10, 1 of 1',
        `failed: ${fn('authorizer', 'Errors')}`,
        `uninvited: ${refusedTickets('no_ticket')}`,
      ],
      'function-throttles-authorizer': ['it >= 10, 1 of 1', `it: ${fn('authorizer', 'Throttles')}`],
      'function-errors-typing': ['it >= 3, 1 of 1', `it: ${fn('typing', 'Errors')}`],
      'function-throttles-typing': ['it >= 10, 1 of 1', `it: ${fn('typing', 'Throttles')}`],
    });
  });

  it("take nothing to count for well, and are named after their stack's name", () => {
    for (const { TreatMissingData, AlarmName } of alarms) {
      expect(TreatMissingData).toBe('notBreaching');
      expect(AlarmName).toMatch(/^chat-typing-[a-z-]+$/);
    }
  });

  it('end with what to do first, and where the rest stands', () => {
    for (const { runbook, handler, first } of alarmsOf(watched)) {
      const name = [runbook, handler].filter(Boolean).join('-');
      const found = alarms.find((one) => nameOf(one) === name);
      expect(found?.AlarmDescription.endsWith(`. ${first} docs/operating.md#${runbook}`)).toBe(true);
    }
  });

  it("ask for none of the relay's metrics that its functions do not write", () => {
    const asked = alarms
      .flatMap(({ metrics }) => metrics.map(([, metric]) => metric))
      .filter(({ Namespace }) => Namespace === NAMESPACE)
      .map(({ MetricName, Dimensions }) => askedFor(MetricName, [...Dimensions.keys()]));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((one) => !CONTRACT.includes(one))).toEqual([]);
  });

  it('follow the quota of the account, and the throttle of the stage', () => {
    const raised = watchTemplate({ connectionsPerSecondQuota: 2_000, throttleRate: 100 });
    const rings = (name: string, Threshold: number) => {
      raised.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: `chat-typing-${name}`, Threshold });
    };
    rings('connections-near-quota', 96_000);
    rings('messages-near-throttle', 4_800);
  });
});

describe('the alarm of refusals', () => {
  const share = (refused: number, forwarded: number) => valueOf('upstream-refusals', { refused, forwarded });

  it.each([
    ['all that one guest sends at the pace of a client', (5 * 60_000) / CLIENT_REFRESH_MS, 0, 0],
    ['a hundred of a thousand', 100, 900, 10],
    ['a fifth', 100, 400, 20],
    ['all of them', 100, 0, 100],
  ])('sees %s: %d refused and %d forwarded are %d %%', (_, refused, forwarded, percent) => {
    expect(share(refused, forwarded)).toBe(percent);
  });
});

describe('the alarm of slow calls', () => {
  it.each([
    [19, 2_900, 0],
    [20, 2_900, 2_900],
  ])('takes %d calls with a p99 of %d ms for %d', (calls, slowest, value) => {
    expect(valueOf('upstream-slow', { calls, slowest })).toBe(value);
  });
});
