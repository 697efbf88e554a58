import type { RelayConfig } from '../../infra/config.ts';
import { REQUESTS_PER_MINUTE } from '../../local/genesys/quota.ts';
import { agentEvents, hasWebhook } from './runs.ts';
import type { Rates, Sample } from './sample.ts';
import { KEEPING_ENVIRONMENTS, KEPT_OPEN, type Way } from './upstreams.ts';

/** What many chats of one way ask for. */
export interface Load {
  chats: number;
  sample: Pick<Sample, 'way' | 'mean'>;
  /** Of one second. */
  rates: Rates;
}

export interface Quota {
  id: string;
  name: string;
  limit: number;
  unit: string;
  /** Whose limit it is. */
  of: string;
  source: string;
  /** What to do about it. */
  remedy: string;
  /** Held against the busiest second, or against the mean. */
  over: 'second' | 'mean';
  applies: (way: Way) => boolean;
  use: (load: Load) => number;
}

const GUIDE = 'https://docs.aws.amazon.com';
const API_LIMITS = `${GUIDE}/apigateway/latest/developerguide/limits.html`;
const SOCKET_LIMITS = `${GUIDE}/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html`;
const THROTTLES = `${GUIDE}/apigateway/latest/developerguide/websocket-api-protect.html`;
const HTTP_THROTTLES = `${GUIDE}/apigateway/latest/developerguide/http-api-throttling.html`;
const LAMBDA_LIMITS = `${GUIDE}/lambda/latest/dg/gettingstarted-limits.html`;
const LAMBDA_CONCURRENCY = `${GUIDE}/lambda/latest/dg/lambda-concurrency.html`;
const WARM_THROUGHPUT = `${GUIDE}/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html`;
const TABLE_LIMIT =
  'https://aws.amazon.com/blogs/database/introducing-configurable-maximum-throughput-for-amazon-dynamodb-on-demand/';
const SQS_SCALING = `${GUIDE}/lambda/latest/dg/services-sqs-scaling.html`;
const SQS_LIMITS = `${GUIDE}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html`;
const GENESYS_LIMITS =
  'MyPureCloud/developer-center-blog, source/2021-02-03-Caching-in-flows; https://developer.genesys.cloud/organization/organization/limits';

const connects = ({ chats, sample }: Load): number => chats * sample.mean.connections;
const pings = ({ chats, sample }: Load): number => chats * sample.mean.pings;
const deliveries = ({ chats, sample: { way, mean } }: Load): number => chats * agentEvents(way, mean);

const always = (): boolean => true;
const environments = ({ rates }: Load): number => rates.busyMs / 1_000;
const isShared = (way: Way): boolean => way !== KEPT_OPEN;

/** Every limit that more chats come to, with AWS' defaults and the stack's. */
export const quotasOf = (
  config: Pick<RelayConfig, 'throttleRate' | 'webhookThrottleRate'>,
): readonly Quota[] => [
  {
    id: 'genesys-requests',
    name: 'Genesys: requests of a token',
    limit: REQUESTS_PER_MINUTE,
    unit: 'a minute',
    of: 'one OAuth client; all chats of the org share it',
    source: GENESYS_LIMITS,
    remedy:
      'Use `web-messaging` or `typing-frame`, which spend no requests, or a guest token of its own in each `participant-state` ticket. Ask Genesys for more; it advises against more tokens.',
    over: 'mean',
    applies: ({ isRest }) => isRest,
    use: ({ chats, sample }) => 60 * chats * sample.mean.requests,
  },
  {
    id: 'kept-environments',
    name: 'webMessagingKeepOpen',
    limit: KEEPING_ENVIRONMENTS,
    unit: 'environments at once',
    of: 'the typing function, reserved by the stack',
    source: 'infra/relay-stack.ts',
    remedy: 'Leave `webMessagingKeepOpen` off: a socket for each message costs time and binds far later.',
    over: 'second',
    applies: (way) => way === KEPT_OPEN,
    use: ({ rates }) => rates.typingMs / 1_000,
  },
  {
    id: 'new-account',
    name: 'Lambda: a new account',
    limit: 10,
    unit: 'runs at once',
    of: 'account and region. AWS says that new accounts have less than 1,000 and get more with use, not how much: 10 is what is seen',
    source: LAMBDA_LIMITS,
    remedy:
      'Look at the quota before going live and ask for 1,000: Service Quotas, Lambda, "Concurrent executions".',
    over: 'second',
    applies: isShared,
    use: environments,
  },
  {
    id: 'stage-throttle',
    name: 'this stack: stage throttle',
    limit: config.throttleRate,
    unit: 'messages a second',
    of: 'the stage, by its setting `throttleRate`',
    source: THROTTLES,
    remedy: 'Set `throttleRate` and `throttleBurst` to what you expect; up to 10,000 and 5,000.',
    over: 'second',
    applies: always,
    use: (load) => load.rates.frames + pings(load),
  },
  {
    id: 'webhook-throttle',
    name: 'this stack: webhook throttle',
    limit: config.webhookThrottleRate,
    unit: 'deliveries a second',
    of: 'the webhook, by its setting `webhookThrottleRate`',
    source: HTTP_THROTTLES,
    remedy: 'Set `webhookThrottleRate` and `webhookThrottleBurst`.',
    over: 'mean',
    applies: hasWebhook,
    use: deliveries,
  },
  {
    id: 'concurrency',
    name: 'Lambda: concurrency',
    limit: 1_000,
    unit: 'runs at once',
    of: 'account and region, by default',
    source: LAMBDA_LIMITS,
    remedy: 'Ask AWS for more; it is given in tens of thousands.',
    over: 'second',
    applies: isShared,
    use: environments,
  },
  {
    id: 'table-warm',
    name: 'DynamoDB: a new table at once',
    limit: 4_000,
    unit: 'writes a second',
    of: 'a new on-demand table; it grows with use',
    source: WARM_THROUGHPUT,
    remedy: 'Grow slower than the table doubles, or set its warm throughput beforehand.',
    over: 'second',
    applies: always,
    use: ({ rates }) => rates.writes,
  },
  {
    id: 'connections',
    name: 'API Gateway: new connections',
    limit: 500,
    unit: 'a second',
    of: 'account and region',
    source: SOCKET_LIMITS,
    remedy:
      'Ask AWS for more (quota L-9ED1E49A), or take a second region; let clients come back at random times.',
    over: 'mean',
    applies: always,
    use: connects,
  },
  {
    id: 'requests',
    name: 'API Gateway: requests',
    limit: 10_000,
    unit: 'a second',
    of: 'account and region, all APIs; 2,500 in some regions',
    source: API_LIMITS,
    remedy: 'Ask AWS for more, or take a second region. Acks count too: leave the `id` out.',
    over: 'second',
    applies: always,
    use: (load) =>
      load.rates.frames + load.rates.errors + pings(load) + connects(load) + 2 * deliveries(load),
  },
  {
    id: 'invocations',
    name: 'Lambda: invocations',
    limit: 10_000,
    unit: 'a second',
    of: 'ten for each of the 1,000 concurrent executions',
    source: LAMBDA_CONCURRENCY,
    remedy: 'It grows with the concurrency that AWS grants.',
    over: 'second',
    applies: isShared,
    use: ({ rates }) => rates.runs,
  },
  {
    id: 'table',
    name: 'DynamoDB: a table',
    limit: 40_000,
    unit: 'writes a second',
    of: 'a table, by default',
    source: TABLE_LIMIT,
    remedy: 'Ask AWS for more. No item is hot: each session has its own.',
    over: 'second',
    applies: always,
    use: ({ rates }) => rates.writes,
  },
  {
    id: 'queue-pollers',
    name: 'SQS: runs of the expiry at once',
    limit: 1_250,
    unit: 'at once',
    of: 'an event source mapping; it gains 300 a minute',
    source: SQS_SCALING,
    remedy: 'None is needed: with batches of ten it binds ten times later than is shown.',
    over: 'second',
    applies: ({ expiryMs }) => expiryMs === Infinity,
    use: ({ rates }) => rates.watchMs / 1_000,
  },
  {
    id: 'in-flight',
    name: 'SQS: messages in flight',
    limit: 120_000,
    unit: 'at once',
    of: 'a queue; delayed messages do not count, only those being handled',
    source: SQS_LIMITS,
    remedy: 'None is needed.',
    over: 'second',
    applies: ({ expiryMs }) => expiryMs === Infinity,
    use: ({ rates }) => rates.watchMs / 1_000,
  },
];
