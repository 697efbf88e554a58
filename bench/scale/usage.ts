import { HANDLER_MS } from './fleet.ts';
import type { Usage } from './cost.ts';
import type { Sample } from './sample.ts';
import { OPEN_MESSAGING, type Way } from './upstreams.ts';

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
const POST_BYTES = 509;

/** PostToConnection, within the region. */
const PUSH_MS = 10;

/** Frames to the client, in bytes: an ack, an error with its sentence, a pong, an agent's typing. */
const ACK_BYTES = 45;
const ERROR_BYTES = 250;
const PONG_BYTES = 15;
const TYPING_BYTES = 70;

/** Authorizer, $connect, $disconnect; the first has no line in the access log of its own. */
const RUNS_PER_CHAT = 3;
const LINES_PER_CHAT = 2;

/** The spent ticket; with an inbox, the connection's entry and its removal. */
const writesPerChat = (way: Way): number => (way === OPEN_MESSAGING ? 3 : 1);

/**
 * What a number of chat seconds uses.
 * @param mean the counts of a chat and second
 * @param environments of the typing function for each chat
 */
export function usageOf(
  { way, chatSeconds, mean }: Pick<Sample, 'way' | 'chatSeconds' | 'mean'>,
  seconds: number,
  environments: number,
  { ack, level, metrics }: Choice = AS_DEPLOYED,
): Usage {
  const chats = 1 / chatSeconds;
  // The agent is taken to type as much as the guest.
  const agent = way === OPEN_MESSAGING ? mean.calls : 0;
  const acks = ack ? mean.frames : 0;
  const runs = mean.frames + mean.watches + mean.pings + agent + RUNS_PER_CHAT * chats;
  const pushes = acks + mean.errors + agent;
  const metricLines = metrics === 'each' ? runs : Math.min(runs, environments / METRIC_EVERY_S) + mean.errors;
  const each: Usage = {
    messages: mean.frames + 2 * mean.pings + pushes,
    connectionMinutes: 1 / 60,
    httpRequests: agent,
    invocations: runs,
    lambdaMs:
      mean.typingMs +
      mean.watchMs +
      HANDLER_MS * (mean.pings + agent + RUNS_PER_CHAT * chats) +
      PUSH_MS * pushes,
    memoryMb: MEMORY_MB,
    // A ping is counted, so that a flood of them ends.
    writes: mean.writes + mean.pings + writesPerChat(way) * chats,
    reads: mean.reads,
    eventualReads: agent,
    // Sent, received, deleted.
    queueRequests: mean.queued + 2 * mean.watches,
    logBytes:
      ACCESS_LINE_BYTES * (mean.frames + mean.pings + LINES_PER_CHAT * chats) +
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
  sample: Pick<Sample, 'way' | 'chatSeconds' | 'mean'>,
  environments: number,
  choice?: Choice,
): Usage => usageOf(sample, 1_000_000 / sample.mean.frames, environments, choice);
