import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { GENESYS_REGIONS } from '../functions/relay/regions.ts';
import { isOrigin, LOOPBACK, ORIGIN_RULE, SENT_ORIGIN, SENT_ORIGIN_RULE } from './origins.ts';

/** The values of a numeric enum. */
const numbers = (values: object): number[] =>
  Object.values(values).filter((value) => typeof value === 'number');

/** A list, or what `-c name=a,b` makes of one. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.string()),
);

/** `host`, `host:port`, or `ws://` to this machine; written as a URL has it, so that it can match one. */
const isHostEntry = (entry: string): boolean => {
  const text = entry.includes('://') ? entry : `wss://${entry}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || `${url.protocol}//${url.host}` !== text) return false;
  return entry.includes('://')
    ? url.protocol === 'ws:' && LOOPBACK.test(url.host)
    : /^[\w-]+(\.[\w-]+)*(:\d+)?$/.test(entry);
};

/** A number, or what `-c name=20` makes of one; coercion would take `true` for 1 and an empty text for 0. */
const fromDigits = (value: unknown): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

const wholeNumber = (low: number, high: number) => {
  const allowed = `a whole number from ${low} to ${high}`;
  return z.preprocess(fromDigits, z.number(allowed).int(allowed).min(low, allowed).max(high, allowed));
};

/** What CloudWatch takes: whole numbers of days, of which CDK has the list. */
const retentionDays = z.preprocess(
  fromDigits,
  z.enum(RetentionDays, { error: `one of ${numbers(RetentionDays).join(', ')}` }),
);

const domains = Object.keys(GENESYS_REGIONS);

/** What the functions write at: refusals and failures, and with DEBUG what became of each event. */
const LOG_LEVELS = ['WARN', 'INFO', 'DEBUG'] as const;

/** Genesys' first region: what the message for a missing domain has in its example. */
const EXAMPLE = 'mypurecloud.com';

/** A name in DNS, as a certificate and a record have it. */
const hostName = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    'a name such as chat.example.com, in small letters',
  );

const flag = z.union([z.boolean(), z.stringbool()], 'true or false');

/** Each setting is described here and nowhere else: the table in docs/deployment.md is made of these words. */
const settings = z.strictObject({
  genesysDomain: z
    .enum(domains, `one of ${domains.join(', ')}`)
    .describe("the domain of your Genesys org's region; a wrong one lists them all"),
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'letters, digits and hyphens, a letter first')
    .default('typing-relay')
    .describe('the name of the CloudFormation stack; one account may hold several'),
  stage: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, '1 to 32 small letters, digits or hyphens')
    .default('v1')
    .describe('the path of the WebSocket URL; a stack has one, so a second stage is a second stack'),
  allowedHosts: list
    .refine((entries) => entries.every(isHostEntry), {
      message: 'host or host:port entries, or ws:// with a loopback host; separated by commas',
    })
    .default([])
    .describe("hosts that a ticket's socket URL may name beside those of the Genesys regions"),
  genesysOrigin: z
    .string()
    .refine(isOrigin, { message: ORIGIN_RULE })
    .optional()
    .describe("another origin than the region's API and login hosts, such as a test org"),
  webMessagingOrigin: z
    .string()
    .regex(SENT_ORIGIN, SENT_ORIGIN_RULE)
    .optional()
    .describe(
      'the Origin that the relay sends to web messaging, where the deployment takes only some domains',
    ),
  webMessagingKeepOpen: flag
    .default(false)
    .describe(
      'keeps web messaging sockets open between messages, with two environments at most (docs/genesys.md)',
    ),
  domainName: hostName
    .optional()
    .describe('a name of your own for the WebSocket URL; needs `certificateArn`'),
  webhookDomainName: hostName
    .optional()
    .describe("a name of your own for the webhook's URL, another than `domainName`; needs `certificateArn`"),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate')
    .optional()
    .describe("an ACM certificate for these names, in the stack's region"),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone, such as Z0123456789ABC')
    .optional()
    .describe('the Route 53 zone in which the records of these names are made; needs `hostedZoneName`'),
  hostedZoneName: hostName.optional().describe('the name of that zone; needs `hostedZoneId`'),
  throttleRate: wholeNumber(1, 10_000)
    .default(1_000)
    .describe('messages a second that the stage takes from all its clients together'),
  throttleBurst: wholeNumber(1, 5_000).default(500).describe('the burst beyond'),
  webhookThrottleRate: wholeNumber(1, 10_000)
    .default(200)
    .describe('deliveries a second that the webhook takes; it is public, and each runs a function'),
  webhookThrottleBurst: wholeNumber(1, 5_000).default(100).describe('the burst beyond'),
  webhookConcurrency: wholeNumber(1, 1_000)
    .optional()
    .describe(
      "environments of the webhook's function at most, taken out of the account's; AWS refuses it where that leaves the account fewer than 100",
    ),
  alarmEmail: z
    .email('a mail address')
    .optional()
    .describe('gets a mail for each alarm, once its owner has confirmed the subscription'),
  alarmTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of an SNS topic')
    .optional()
    .describe('an SNS topic of your own that gets each alarm; its policy has to let CloudWatch publish'),
  connectionsPerSecondQuota: wholeNumber(1, 100_000)
    .default(500)
    .describe("the account's quota of new WebSocket connections a second; an alarm rings at 80 % of it"),
  logRetentionDays: retentionDays.default(RetentionDays.ONE_MONTH).describe('how long every log is kept'),
  logLevel: z
    .enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`)
    .default('WARN')
    .describe('what the functions log; `DEBUG` has a line for each event (docs/operating.md)'),
  accountLogRole: flag
    .default(true)
    .describe(
      'makes the role by which API Gateway writes logs, one per account and region; `false` where there is one, as for a second stack',
    ),
});
export type RelayConfig = z.infer<typeof settings>;

/** Every setting with its description. */
export const SETTINGS: readonly (readonly [name: string, description: string])[] = Object.entries(
  settings.shape,
).map(([name, { description = '' }]) => [name, description]);

/** What is wrong with the settings, one line each: the key, what was found, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What the CDK command keeps in cdk.json and ~/.cdk.json under a plain name. */
const CDK_KEYS: readonly string[] = ['acknowledged-issue-numbers', 'cdk-migrate', 'cli-telemetry'];

/** CDK's feature flags and look-ups have one of these characters in each key; what else stands there is meant for us. */
const isOurs = (key: string): boolean => !/[:/@]/.test(key) && !CDK_KEYS.includes(key);

/**
 * Reads the settings from the CDK context: they stand in cdk.json's `context`, or come as `-c name=value`.
 * @throws ConfigError that names every wrong key
 */
export function readConfig(context: unknown): RelayConfig {
  const ours = Object.fromEntries(
    Object.entries(z.record(z.string(), z.unknown()).parse(context)).filter(([key]) => isOurs(key)),
  );
  const parsed = settings.safeParse(ours);
  const wrong = parsed.success
    ? halvesOf(parsed.data)
    : parsed.error.issues.flatMap((issue) => explain(issue, ours));
  if (parsed.success && wrong.length === 0) return parsed.data;
  throw new ConfigError(wrong.join('\n'));
}

function explain(issue: z.core.$ZodIssue, found: Record<string, unknown>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${key}: no such setting; there are ${Object.keys(settings.shape).join(', ')}`,
    );
  }
  const key = String(issue.path[0]);
  const value = found[key];
  if (value === undefined)
    return [
      `${key} is missing: ${issue.message}. Put the one that is yours into the "context" of cdk.json, where each\n` +
        `  cdk command reads it: "${key}": "${EXAMPLE}". For one command alone: -c ${key}=${EXAMPLE}`,
    ];
  return [
    `${key}: found ${JSON.stringify(value)}, allowed is ${issue.message}. Set it in cdk.json or with -c ${key}=…`,
  ];
}

/** The settings of a domain that lack another, each with a sentence. */
function halvesOf(config: RelayConfig): string[] {
  const { domainName, webhookDomainName, certificateArn, hostedZoneId, hostedZoneName } = config;
  const names = [domainName, webhookDomainName].filter((name) => name !== undefined);
  const outside = names.filter((name) => hostedZoneName !== undefined && !isWithin(name, hostedZoneName));
  const rules: [isWrong: boolean, sentence: string][] = [
    [
      names.length > 0 && certificateArn === undefined,
      'certificateArn is missing: a domain name needs an ACM certificate for it, in the region of the stack.',
    ],
    [
      names.length === 0 && certificateArn !== undefined,
      'certificateArn is given without domainName or webhookDomainName: say which name it is for, or leave it out.',
    ],
    [
      (hostedZoneId === undefined) !== (hostedZoneName === undefined),
      'hostedZoneId and hostedZoneName belong together: give both for a Route 53 record, or neither and make the record yourself.',
    ],
    [
      names.length === 0 && hostedZoneId !== undefined && hostedZoneName !== undefined,
      'hostedZoneId and hostedZoneName are given without domainName or webhookDomainName: there is no record to make.',
    ],
    [
      domainName !== undefined && domainName === webhookDomainName,
      'domainName and webhookDomainName are the same: API Gateway takes a WebSocket API and an HTTP API under two names only.',
    ],
    [outside.length > 0, `${outside.join(' and ')}: not in the hosted zone ${hostedZoneName ?? ''}.`],
  ];
  return rules.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence);
}

const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);
