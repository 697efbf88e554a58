import { makeFloodGuard } from '../../functions/relay/flood.ts';
import type { Watch } from '../../functions/relay/delivery.ts';
import { makeRelay, type RelayPorts } from '../../functions/relay/relay.ts';
import type { UpstreamMessage } from '../../functions/relay/upstream.ts';
import { makeMemoryFrames, makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { type Counts, makeLedger, sumOf } from '../scale/counts.ts';
import { countedFrames, countedStore } from '../scale/fleet.ts';
import {
  AGENT_COMMUNICATION,
  chatName,
  conversationAnswer,
  OPEN_MESSAGING,
  PARTICIPANT_STATE,
  sessionOf,
  TYPING_FRAME,
  type Way,
  WEB_MESSAGING,
} from '../scale/upstreams.ts';

/** What one event of a client, or one watch that the delay queue brings, asks for. */
export interface MessageCounts {
  /** Consistent reads of the table, and writes; one whose condition fails is a write too. */
  reads: number;
  writes: number;
  /** Typing messages upstream. */
  upstreamCalls: number;
  /** Requests that ask about a session. */
  checks: number;
  /** Requests to the queue: a watch that is sent; one that is brought is received and deleted. */
  queueRequests: number;
  framesToClient: number;
  /** Lines at warning or above. A line of metrics, at most one each ten seconds, is not among them. */
  logLines: number;
}

/** Sorts of events, by their names; a held upstream has watches too. */
export type CountsBySort = Record<string, MessageCounts>;

const KINDS: readonly Way[] = [
  TYPING_FRAME,
  PARTICIPANT_STATE,
  WEB_MESSAGING,
  OPEN_MESSAGING,
  AGENT_COMMUNICATION,
];

const CHAT = chatName(0);
const START_MS = 1_750_000_000_000;

/** Virtual time and ports that count, each answering at once and well. */
function makePorts(way: Way) {
  const time = { now: START_MS };
  const extra = { checks: 0, queueRequests: 0, framesToClient: 0, logLines: 0 };
  const watches: Watch[] = [];
  const ledger = makeLedger(() => 0);
  const warn = (): void => {
    extra.logLines++;
  };
  const ports: RelayPorts = {
    store: countedStore(makeMemoryStore(), ledger),
    countFrame: makeFloodGuard({ frames: countedFrames(makeMemoryFrames(), ledger), warn }),
    upstream: {
      send(message) {
        if (isQuestion(message)) extra.checks++;
        else ledger.count('calls');
        const answer: unknown = JSON.parse(conversationAnswer(CHAT));
        return Promise.resolve(answer);
      },
      budget: plenty,
      release: () => undefined,
    },
    openSession: () => Promise.resolve(sessionOf(way, CHAT)),
    watchLater(watch) {
      extra.queueRequests++;
      watches.push(watch);
      return Promise.resolve();
    },
    tell: () => undefined,
    now: () => time.now,
    wait(ms) {
      time.now += ms;
      return Promise.resolve();
    },
    warn,
  };
  const counted = (): MessageCounts => {
    const { reads, writes, calls }: Counts = sumOf(ledger.seconds);
    return { reads, writes, upstreamCalls: calls, ...extra };
  };
  return { ports, time, extra, watches, counted };
}

/** The real relay with one guest. */
function makeWorld(way: Way) {
  const { ports, time, extra, watches, counted } = makePorts(way);
  const relay = makeRelay(ports);
  let requests = 0;
  const event = () => ({
    connectionId: 'connection',
    connectedAt: START_MS,
    sealedSession: '',
    requestId: String(requests++),
    receivedAt: time.now,
  });
  return {
    /** What happens so many seconds later, and what that adds to the counts. */
    async later(seconds: number, happens: () => Promise<unknown>): Promise<MessageCounts> {
      time.now += seconds * 1_000;
      const before = counted();
      await happens();
      return difference(counted(), before);
    },
    async says(isTyping: boolean, id?: string): Promise<void> {
      const body = JSON.stringify({ type: 'typing', data: { isTyping }, ...(id !== undefined && { id }) });
      if (await relay.typing({ ...event(), body })) extra.framesToClient++;
    },
    leaves: () => relay.left(event()),
    /** The queue brings the watch that it was given last. */
    async watches(): Promise<void> {
      extra.queueRequests += 2;
      await relay.expire('', watches.at(-1));
    },
  };
}

const isQuestion = (message: UpstreamMessage): boolean => message.via === 'rest' && message.method === 'GET';

const difference = (after: MessageCounts, before: MessageCounts): MessageCounts => ({
  reads: after.reads - before.reads,
  writes: after.writes - before.writes,
  upstreamCalls: after.upstreamCalls - before.upstreamCalls,
  checks: after.checks - before.checks,
  queueRequests: after.queueRequests - before.queueRequests,
  framesToClient: after.framesToClient - before.framesToClient,
  logLines: after.logLines - before.logLines,
});

/** A guest begins, goes on, ends, begins anew with an id, and leaves. */
async function countsOf(way: Way): Promise<CountsBySort> {
  const guest = makeWorld(way);
  const later: typeof guest.later = (seconds, happens) => guest.later(seconds, happens);
  const on = () => guest.says(true);
  const off = () => guest.says(false);
  const leaves = () => guest.leaves();
  const watches = () => guest.watches();
  const counts: CountsBySort = {
    'first on of a session': await later(0, on),
    'on, too soon for a refresh': await later(2, on),
    'on, a refresh': await later(3, on),
    off: await later(3, off),
    'first on of a draft': await later(10, on),
  };
  if (way.expiryMs !== Infinity)
    return {
      ...counts,
      'first on of a draft, with an id': await later(20, () => guest.says(true, 'id')),
      $disconnect: await later(3, leaves),
    };
  const alive = await later(5, on).then(() => later(5, watches));
  const silent = await later(10, watches);
  const withId = await later(10, () => guest.says(true, 'id'));
  return {
    ...counts,
    'watch, the guest goes on': alive,
    'watch, the guest fell silent': silent,
    'first on of a draft, with an id': withId,
    $disconnect: await later(3, leaves),
    'watch, all is over': await later(7, watches),
  };
}

/**
 * What the relay asks for with each sort of event, exactly, by the kind of the upstream: the real relay over ports that
 * count, each upstream answering at once and well.
 */
export async function messageCounts(): Promise<Record<string, CountsBySort>> {
  const counts: Record<string, CountsBySort> = {};
  for (const way of KINDS) counts[way.kind] = await countsOf(way);
  return counts;
}
