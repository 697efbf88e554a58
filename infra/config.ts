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

const wholeNumber = (low: number, high: number) => {
  const allowed = `a whole number from ${low} to ${high}`;
  return z.coerce.number(allowed).int(allowed).min(low, allowed).max(high, allowed);
};

/** What CloudWatch takes: whole numbers of days, of which CDK has the list. */
const retentionDays = z.preprocess(
  Number,
  z.enum(RetentionDays, { error: `one of ${numbers(RetentionDays).join(', ')}` }),
);

const domains = Object.keys(GENESYS_REGIONS);

/** The settings of a deployment. They stand in cdk.json's `context`, or come as `-c name=value`. */
const settings = z.strictObject({
  /** The stack's name; one account may hold several. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'letters, digits and hyphens, a letter first')
    .default('typing-relay'),
  /** The stage: the path of the WebSocket URL. */
  stage: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, '1 to 32 small letters, digits or hyphens')
    .default('v1'),
  /** The region of your Genesys org. */
  genesysDomain: z.enum(domains, `one of ${domains.join(', ')}`),
  /** Calls another origin than the region's API and login hosts, such as a simulated org on this machine. */
  genesysOrigin: z.string().refine(isOrigin, { message: ORIGIN_RULE }).optional(),
  /** Hosts that a ticket's socket URL may name beside those of the Genesys regions. */
  allowedHosts: list
    .refine((entries) => entries.every(isHostEntry), {
      message: 'host or host:port entries, or ws:// with a loopback host; separated by commas',
    })
    .default([]),
  /** The Origin that the relay sends to web messaging, where the deployment takes only some domains. */
  webMessagingOrigin: z.string().regex(SENT_ORIGIN, SENT_ORIGIN_RULE).optional(),
  /** Keeps web messaging sockets open between messages, at the price of two environments at most (docs/genesys.md). */
  webMessagingKeepOpen: z.union([z.boolean(), z.stringbool()], 'true or false').default(false),
  logRetentionDays: retentionDays.default(RetentionDays.ONE_MONTH),
  /** Makes the account's role for API Gateway's logs; off where the account (in this region) has one. */
  accountLogRole: z.union([z.boolean(), z.stringbool()], 'true or false').default(true),
  /** Messages a second that the stage takes from all its clients together, and the burst beyond. */
  throttleRate: wholeNumber(1, 10_000).default(1_000),
  throttleBurst: wholeNumber(1, 5_000).default(500),
});
export type RelayConfig = z.infer<typeof settings>;

/** What is wrong with the settings, one line each: the key, what was found, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** CDK's own context (feature flags, look-ups, `acknowledged-issue-numbers`) has other characters in each key. */
const isOurs = (key: string): boolean => /^[A-Za-z]+$/.test(key);

/**
 * Reads the settings from the CDK context.
 * @throws ConfigError that names every wrong key
 */
export function readConfig(context: unknown): RelayConfig {
  const ours = Object.fromEntries(
    Object.entries(z.record(z.string(), z.unknown()).parse(context)).filter(([key]) => isOurs(key)),
  );
  const parsed = settings.safeParse(ours);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.flatMap((issue) => explain(issue, ours)).join('\n'));
}

function explain(issue: z.core.$ZodIssue, found: Record<string, unknown>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${key}: no such setting; there are ${Object.keys(settings.shape).join(', ')}`,
    );
  }
  const key = String(issue.path[0]);
  const value = found[key] === undefined ? 'nothing' : JSON.stringify(found[key]);
  return [`${key}: found ${value}, allowed is ${issue.message}. Set it in cdk.json or with -c ${key}=…`];
}
