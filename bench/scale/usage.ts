import type { Usage } from './cost.ts';
import { agentEvents, PUSH_MS, runsOf } from './runs.ts';
import type { Sample } from './sample.ts';

/** What an operator or a client chooses. */
export interface Choice {
  /** Frames have an id: each is answered. */
  ack: boolean;
  /** The functions' log level. */
  level: 'WARN' | 'DEBUG';
  /** The line of metrics: one that gathers for ten seconds in each environment, or one for each invocation. */
  metrics: 'gathered' | 'each';
}
export const AS_DEPLOYED: Choice = { ack: false, level: 'WARN', metrics: 'gathered' };

/** The functions' memory, as in infra/relay-function.ts. */
export const MEMORY_MB = 256;

/**
 * Bytes of the access log's line for a message, as the stack's format writes it. A test holds it against the template.
 */
export const ACCESS_LINE_BYTES = 289;

/** A line of metrics, in bytes: those of gathered outcomes in a simulated fleet have 430 to 500, a refusal's 340. */
export const METRIC_LINE_BYTES = 450;
export const METRIC_EVERY_S = 10;

/** Sent up for one message: on an open socket, and by POST over a kept connection. */
const SOCKET_BYTES = 183;
export const POST_BYTES = 509;

/** Frames to the client, in bytes: an ack, an error with its sentence, a pong, an agent's typing. */
export const ACK_BYTES = 45;
const ERROR_BYTES = 250;
const PONG_BYTES = 15;
const TYPING_BYTES = 70;

/** $connect and $disconnect; the authorizer has no line in the access log of its own. */
const LINES_PER_CONNECTION = 2;

/**
 * What a number of chat seconds uses.
 * @param mean the counts of a chat and second
 * @param environments of the typing function for each chat
 */
export function usageOf(
  { way, mean }: Pick<Sample, 'way' | 'mean'>,
  seconds: number,
  environments: number,
  { ack, level, metrics }: Choice = AS_DEPLOYED,
): Usage {
  const agent = agentEvents(way, mean);
  const acks = ack ? mean.frames : 0;
  const { runs, ms, writes } = runsOf(way, mean);
  const pushes = acks + mean.errors + agent;
  const metricLines = metrics === 'each' ? runs : Math.min(runs, environments / METRIC_EVERY_S) + mean.errors;
  const each: Usage = {
    messages: mean.frames + 2 * mean.pings + pushes,
    connectionMinutes: 1 / 60,
    httpRequests: agent,
    invocations: runs,
    lambdaMs: ms + PUSH_MS * acks,
    memoryMb: MEMORY_MB,
    writes,
    reads: mean.reads,
    eventualReads: agent,
    // Sent, received, deleted.
    queueRequests: mean.queued + 2 * mean.watches,
    logBytes:
      ACCESS_LINE_BYTES * (mean.frames + mean.pings + LINES_PER_CONNECTION * mean.connections) +
      mean.warnBytes +
      (level === 'DEBUG' ? mean.debugBytes : 0) +
      METRIC_LINE_BYTES * metricLines,
    egressBytes:
      (way.kind === 'typing-frame' ? SOCKET_BYTES : POST_BYTES) * mean.calls +
      ACK_BYTES * acks +
      ERROR_BYTES * mean.errors +
      PONG_BYTES * mean.pings +
      TYPING_BYTES * agent,
  };
  return times(each, seconds);
}

export function times(usage: Usage, factor: number): Usage {
  const scale = (key: keyof Usage): number => usage[key] * factor;
  return {
    messages: scale('messages'),
    connectionMinutes: scale('connectionMinutes'),
    httpRequests: scale('httpRequests'),
    invocations: scale('invocations'),
    lambdaMs: scale('lambdaMs'),
    memoryMb: usage.memoryMb,
    writes: scale('writes'),
    reads: scale('reads'),
    eventualReads: scale('eventualReads'),
    queueRequests: scale('queueRequests'),
    logBytes: scale('logBytes'),
    egressBytes: scale('egressBytes'),
  };
}

/** As {@link usageOf}, for a million typing messages from clients. */
export const usagePerMillion = (
  sample: Pick<Sample, 'way' | 'mean'>,
  environments: number,
  choice?: Choice,
): Usage => usageOf(sample, 1_000_000 / sample.mean.frames, environments, choice);
