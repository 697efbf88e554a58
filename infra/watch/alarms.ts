import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DELAY_MAX_S } from '../../functions/ports/queue.ts';
import { CLIENT_REFRESH_MS, UPSTREAM_DEADLINE_MS } from '../../functions/relay/constants.ts';
import type { TicketRefusal } from '../../functions/relay/ticket-error.ts';
import { AUTHORIZER } from '../routes.ts';
import {
  FIVE_MINUTES,
  functionMetric,
  math,
  queueMetric,
  relayMetric,
  type Watched,
  type WatchedFunction,
  webhookMetric,
  webSocketMetric,
} from './watched.ts';

/** One alarm: what it looks at, when it rings, and what is done then. */
export interface AlarmSpec {
  /** The end of its name, and the heading of its runbook in docs/operating.md. */
  runbook: string;
  /** Of which function it is, where each has its own; the very end of its name then. */
  handler?: string;
  metric: IMetric;
  /** It rings at this value and above. */
  threshold: number;
  /** In how many periods of how many; one of one without. */
  datapoints?: readonly [breaching: number, looked: number];
  /** When it rings, in words. */
  rings: string;
  /** The one thing to do before any other. */
  first: string;
}

/** A bound that is passed in one period may be chance; in two of three it is not. */
const TWICE = [2, 3] as const;

const ONE_MINUTE = Duration.minutes(1);

/** What comes in a minute at 80 % of so many a second. */
const nearly = (aSecond: number): number => 0.8 * 60 * aSecond;

/** What a client that keeps its pace sends in five minutes: 60 messages. */
const ONE_GUEST = FIVE_MINUTES.toMilliseconds() / CLIENT_REFRESH_MS;

/** More than one guest alone has refused: two thirds are room for the frames that begin and end a text. */
const REFUSALS_MIN = (ONE_GUEST * 5) / 3;

/** Every alarm there is. */
export function alarmsOf(watched: Watched): AlarmSpec[] {
  return [
    ...messageAlarms(watched),
    ...connectionAlarms(watched),
    ...stateAlarms(watched),
    ...watched.functions.flatMap((each) => [errorsOf(watched, each), throttlesOf(each)]),
  ];
}

/** The way of a typing message to Genesys. */
function messageAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      runbook: 'routes-failing',
      metric: math('integration + execution', {
        integration: webSocketMetric(watched, 'IntegrationError'),
        execution: webSocketMetric(watched, 'ExecutionError'),
      }),
      threshold: 5,
      rings: 'A function of the WebSocket API failed, or could not be called, 5 times in 5 minutes.',
      first: 'Look which function-errors or function-throttles alarm rings with it.',
    },
    {
      runbook: 'upstream-refusals',
      // Of those that were sent, so that it does not move with the traffic.
      metric: math(`IF(refused >= ${REFUSALS_MIN}, 100 * refused / (refused + forwarded), 0)`, {
        refused: relayMetric(watched, 'UpstreamRefused'),
        forwarded: relayMetric(watched, 'Forwarded'),
      }),
      threshold: 20,
      datapoints: TWICE,
      rings: `Genesys refused ${REFUSALS_MIN} messages or more, and a fifth of all, in 2 of 3 times 5 minutes.`,
      first: 'Run the query "Refusals by code" and take the reason with the largest count.',
    },
    {
      runbook: 'rate-limited',
      metric: relayMetric(watched, 'RateLimited'),
      threshold: 10,
      datapoints: TWICE,
      rings:
        '10 messages or more met the limit of Genesys requests, or were left out for it, in 2 of 3 times 5 minutes.',
      first: 'Find out who else uses the OAuth client of this stack.',
    },
    {
      runbook: 'upstream-slow',
      metric: math('IF(calls >= 20, slowest, 0)', {
        calls: relayMetric(watched, 'UpstreamTime', 'SampleCount'),
        slowest: relayMetric(watched, 'UpstreamTime', 'p99'),
      }),
      threshold: (UPSTREAM_DEADLINE_MS * 2) / 3,
      datapoints: TWICE,
      rings: 'The slowest of 100 calls took 2 of the 3 seconds that there are, in 2 of 3 times 5 minutes.',
      first: 'Look at status.mypurecloud.com for your region.',
    },
  ];
}

/** Who comes in, by either API. */
function connectionAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      runbook: 'connections-near-quota',
      // ConnectCount has what reaches the integration of $connect, so none that the authorizer refused.
      metric: math(
        'opened + refused',
        {
          opened: webSocketMetric(watched, 'ConnectCount'),
          refused: relayMetric(watched, 'TicketsRefused'),
        },
        { period: ONE_MINUTE },
      ),
      threshold: nearly(watched.config.connectionsPerSecondQuota),
      rings:
        'New connections, refused ones with them, came at 80 % of the quota (connectionsPerSecondQuota) for a minute.',
      first:
        'Compare the tickets refused with the connections: a flood, or a quota to raise, which takes days.',
    },
    {
      runbook: 'messages-near-throttle',
      // It counts both ways; that it rings early is better than after the first 429, which may be in no metric.
      metric: webSocketMetric(watched, 'MessageCount', ONE_MINUTE),
      threshold: nearly(watched.config.throttleRate),
      rings: 'Messages, both ways together, came at 80 % of throttleRate for a minute.',
      first: 'See whether one client floods; otherwise raise throttleRate and throttleBurst.',
    },
    {
      runbook: 'tickets-refused',
      // The others come of a ticket that waited, of clocks that differ, and of whoever knocks at an open port.
      metric: math('refused - late - early - none', {
        refused: relayMetric(watched, 'TicketsRefused'),
        late: ticketsRefused(watched, 'expired'),
        early: ticketsRefused(watched, 'not_yet_valid'),
        none: ticketsRefused(watched, 'no_ticket'),
      }),
      threshold: 20,
      rings: '20 tickets or more were refused in 5 minutes that were neither late nor early.',
      first:
        'Read the reasons in the dashboard: spent is a stolen or a reused ticket, most others a wrong key.',
    },
    {
      runbook: 'webhook-failing',
      metric: webhookMetric(watched, '5xx'),
      threshold: 5,
      rings: 'The webhook answered Genesys with 5xx, 5 times in 5 minutes.',
      first: 'Look at the alarms function-errors and function-throttles of agent-typing.',
    },
    {
      runbook: 'webhook-forged',
      metric: relayMetric(watched, 'WebhookDeliveries', 'Sum', { Outcome: 'bad_signature' }),
      threshold: 10,
      rings: 'The webhook got 10 deliveries or more without a right signature in 5 minutes.',
      first: "Compare the integration's signature secret with the stack's WebhookSecretName.",
    },
  ];
}

/** What the relay keeps: its table, and the queue by which held bubbles end. */
function stateAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      runbook: 'state-unavailable',
      metric: relayMetric(watched, 'StateUnavailable'),
      threshold: 5,
      rings: 'The table could not be reached 5 times in 5 minutes.',
      first: 'Look at the AWS Health Dashboard for DynamoDB in this region.',
    },
    {
      runbook: 'watches-late',
      // A watch may wait out a Retry-After first; whether that delay is part of its age is not documented.
      metric: queueMetric(watched.watchQueueName, 'ApproximateAgeOfOldestMessage', 'Maximum'),
      threshold: DELAY_MAX_S + 180,
      rings: 'A watch was in the queue for 18 minutes or more: bubbles stay that should have ended.',
      first: 'See that the event source of expire is enabled.',
    },
    {
      runbook: 'dead-letters',
      metric: queueMetric(watched.deadLetterQueueName, 'ApproximateNumberOfMessagesVisible', 'Maximum'),
      threshold: 1,
      rings: 'A watch failed until it was put aside: a bubble may stay for as long as the conversation.',
      first: 'Look at the alarms of expire, then in its log at the code watch_failed.',
    },
  ];
}

const ticketsRefused = (watched: Watched, Reason: TicketRefusal | 'no_ticket') =>
  relayMetric(watched, 'TicketsRefused', 'Sum', { Reason });

function errorsOf(watched: Watched, each: WatchedFunction): AlarmSpec {
  const failed = functionMetric(each, 'Errors');
  const row = {
    runbook: 'function-errors',
    handler: each.handler,
    first: 'Read the last ERROR lines in the log of the function.',
  };
  if (each.handler !== AUTHORIZER.handler)
    return { ...row, metric: failed, threshold: 3, rings: 'The function failed 3 times in 5 minutes.' };
  // It answers a connection without a ticket by throwing: API Gateway makes 401 of nothing else.
  const uninvited = ticketsRefused(watched, 'no_ticket');
  return {
    ...row,
    metric: math('failed - uninvited', { failed, uninvited }),
    threshold: 10,
    rings: 'The authorizer failed 10 times in 5 minutes, connections without a ticket left out.',
  };
}

const throttlesOf = (each: WatchedFunction): AlarmSpec => ({
  runbook: 'function-throttles',
  handler: each.handler,
  metric: functionMetric(each, 'Throttles'),
  threshold: 10,
  rings: '10 calls of the function or more found no environment in 5 minutes.',
  first: "Compare the account's concurrent executions with its quota.",
});

/** Makes the alarms, without an action yet. */
export function makeAlarms(scope: Construct, watched: Watched): Alarm[] {
  return alarmsOf(watched).map(
    ({ runbook, handler, metric, threshold, datapoints = [1, 1], rings, first }) => {
      const name = handler === undefined ? runbook : `${runbook}-${handler}`;
      const [datapointsToAlarm, evaluationPeriods] = datapoints;
      return new Alarm(scope, `Alarm-${name}`, {
        alarmName: `${watched.stackName}-${name}`,
        alarmDescription: `${rings} ${first} docs/operating.md#${runbook}`,
        metric,
        threshold,
        datapointsToAlarm,
        evaluationPeriods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Each of them counts, or measures, what goes wrong: nothing to count is well.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    },
  );
}
