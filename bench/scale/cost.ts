import { MESSAGE_TIER, PRICES } from './prices.ts';

/** What is used in a month, or for a million messages. */
export interface Usage {
  /** WebSocket messages, in and out. */
  messages: number;
  connectionMinutes: number;
  httpRequests: number;
  invocations: number;
  /** Milliseconds of all invocations together, and the functions' memory in MB. */
  lambdaMs: number;
  memoryMb: number;
  writes: number;
  /** Consistent reads, and eventual ones. */
  reads: number;
  eventualReads: number;
  queueRequests: number;
  logBytes: number;
  egressBytes: number;
}

export const noUsage: Usage = {
  messages: 0,
  connectionMinutes: 0,
  httpRequests: 0,
  invocations: 0,
  lambdaMs: 0,
  memoryMb: 256,
  writes: 0,
  reads: 0,
  eventualReads: 0,
  queueRequests: 0,
  logBytes: 0,
  egressBytes: 0,
};

export const PARTS = [
  'messages',
  'connection minutes',
  'Lambda requests',
  'Lambda time',
  'DynamoDB',
  'SQS',
  'logs and metric lines',
  'data out',
] as const;
export type Part = (typeof PARTS)[number];
export type Cost = Record<Part, number>;

const of = ({ dollars, per }: { dollars: number; per: number }, units: number): number =>
  (dollars * units) / per;

/** Messages, with the lower price beyond a thousand million in a month. */
export const messageCost = (messages: number): number =>
  of(PRICES.message, Math.min(messages, MESSAGE_TIER)) +
  of(PRICES.messageBeyond, Math.max(0, messages - MESSAGE_TIER));

/** What a usage costs, in dollars by part. Prices beyond their first tier count for messages only. */
export function costOf(usage: Usage): Cost {
  const gigabyteSeconds = (usage.lambdaMs / 1_000) * (usage.memoryMb / 1_024);
  return {
    messages: messageCost(usage.messages) + of(PRICES.httpRequest, usage.httpRequests),
    'connection minutes': of(PRICES.connectionMinute, usage.connectionMinutes),
    'Lambda requests': of(PRICES.invocation, usage.invocations),
    'Lambda time': of(PRICES.gigabyteSecond, gigabyteSeconds),
    DynamoDB: of(PRICES.write, usage.writes) + of(PRICES.read, usage.reads + usage.eventualReads / 2),
    SQS: of(PRICES.queueRequest, usage.queueRequests),
    'logs and metric lines': of(PRICES.logByte, usage.logBytes),
    'data out': of(PRICES.egressByte, usage.egressBytes),
  };
}

export const total = (cost: Cost): number => PARTS.reduce((sum, part) => sum + cost[part], 0);
