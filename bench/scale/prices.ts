/** AWS' prices, US East (N. Virginia), on demand, without free tiers. */
export interface Price {
  what: string;
  dollars: number;
  /** Of so many units. */
  per: number;
  unit: string;
  source: string;
  /** The month of the newest dated page that quotes it. */
  seen: string;
}

const million = 1_000_000;

export const PRICES = {
  message: {
    what: 'API Gateway: WebSocket message, in or out, each 32 KB',
    dollars: 1,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    seen: '2025-05',
  },
  messageBeyond: {
    what: 'API Gateway: the same, beyond a thousand million a month',
    dollars: 0.8,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    seen: 'undated',
  },
  connectionMinute: {
    what: 'API Gateway: connection minute',
    dollars: 0.25,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    seen: 'undated',
  },
  httpRequest: {
    what: 'API Gateway: HTTP API request (the webhook)',
    dollars: 1,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    seen: '2025-05',
  },
  invocation: {
    what: 'Lambda: request',
    dollars: 0.2,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/lambda/pricing/',
    seen: '2024',
  },
  gigabyteSecond: {
    what: 'Lambda: arm64, GB-second',
    dollars: 13.3334,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/lambda/pricing/',
    seen: '2024',
  },
  write: {
    what: 'DynamoDB: write of up to 1 KB, on demand',
    dollars: 0.625,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    seen: '2025-07',
  },
  read: {
    what: 'DynamoDB: consistent read of up to 4 KB; half of it for an eventual one',
    dollars: 0.125,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    seen: '2025-07',
  },
  queueRequest: {
    what: 'SQS: request to a standard queue',
    dollars: 0.4,
    per: million,
    unit: 'million',
    source: 'https://aws.amazon.com/sqs/pricing/',
    seen: '2026-03',
  },
  logByte: {
    what: 'CloudWatch Logs: bytes taken in, metric lines too',
    dollars: 0.5,
    per: 1_000_000_000,
    unit: 'GB',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    seen: '2026-02',
  },
  egressByte: {
    what: 'data out to the internet',
    dollars: 0.09,
    per: 1_000_000_000,
    unit: 'GB',
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
    seen: '2026-06',
  },
  metricSeries: {
    what: 'CloudWatch: custom metric series, a month',
    dollars: 0.3,
    per: 1,
    unit: 'series',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    seen: '2026-02',
  },
  secret: {
    what: 'Secrets Manager: secret, a month',
    dollars: 0.4,
    per: 1,
    unit: 'secret',
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
    seen: 'undated',
  },
} as const satisfies Record<string, Price>;

/** From so many messages a month on the lower price holds. */
export const MESSAGE_TIER = 1_000_000_000;

/** What others charge for one typing event from a client to the customer's code, in dollars a million. */
export const OTHERS: readonly { name: string; dollars: number; source: string }[] = [
  {
    name: 'AWS IoT Core, Basic Ingest',
    dollars: 0.5,
    source: 'https://aws.amazon.com/iot-core/pricing/',
  },
  { name: 'AWS IoT Core', dollars: 1.5, source: 'https://aws.amazon.com/iot-core/pricing/' },
  { name: 'AWS AppSync Events', dollars: 2.2, source: 'https://aws.amazon.com/appsync/pricing/' },
  { name: 'Pusher Channels, about', dollars: 3.3, source: 'https://pusher.com/channels/pricing/' },
  { name: 'Ably', dollars: 5, source: 'https://ably.com/pricing' },
];
