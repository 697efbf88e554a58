import type { FrameLog } from '../../functions/relay/flood.ts';
import { makeFloodGuard } from '../../functions/relay/flood.ts';
import type { WatchLater } from '../../functions/relay/delivery.ts';
import type { Handled } from '../../functions/relay/handled.ts';
import { makeMetrics } from '../../functions/ports/metrics.ts';
import { type ConnectionEvent, makeRelay, type Relay } from '../../functions/relay/relay.ts';
import type { TypingStore } from '../../functions/relay/typing.ts';
import { makeMemoryFrames, makeMemoryStore } from '../../test/memory-store.ts';
import { after, epoch, makeWatchQueue, slowed } from '../simulate/aws.ts';
import type { Clock } from '../simulate/clock.ts';
import type { Ledger } from './counts.ts';
import type { FarEnd } from './far-side.ts';
import { sessionOf, type Way } from './upstreams.ts';

/** INIT of a bundle on arm64 (maxday/lambda-perf, 2026-08). */
export const INIT_MS = 120;

/** What a handler takes beside waiting: parsing, and one signed call to DynamoDB, at 256 MB. */
export const HANDLER_MS = 2;

export interface FleetPorts {
  clock: Clock;
  way: Way;
  ledger: Ledger;
  farEnd: FarEnd;
  /** The most that there are of the typing function; more frames wait for none: Lambda refuses them. */
  environments: number;
  /** Whether environments need no INIT, as nearly all do where there are many chats. */
  warm: boolean;
}

export interface Fleet {
  relay: Pick<Relay, 'typing' | 'left'>;
  /** How many environments of the typing function were busy at once at most. */
  busiest: () => number;
}

/** Every operation is one call to DynamoDB (typing-table.ts); items are far below the kilobyte that a write unit has. */
export function countedStore(store: TypingStore, ledger: Ledger): TypingStore {
  const write = (): void => {
    ledger.count('writes');
  };
  return {
    decide: (...args) => (write(), store.decide(...args)),
    read: (...args) => (ledger.count('reads'), store.read(...args)),
    onFailed: (...args) => (write(), store.onFailed(...args)),
    quiet: (...args) => (write(), store.quiet(...args)),
    end: (...args) => (write(), store.end(...args)),
    settle: (...args) => (write(), store.settle(...args)),
    restate: (...args) => (write(), store.restate(...args)),
    expire: (...args) => (write(), store.expire(...args)),
  };
}

/** As {@link countedStore}, for the marks of hasty frames (frame-log.ts). */
export function countedFrames(frames: FrameLog, ledger: Ledger): FrameLog {
  const write = (): void => {
    ledger.count('writes');
  };
  return {
    add: (...args) => (write(), frames.add(...args)),
    remove: (...args) => (write(), frames.remove(...args)),
    claim: (...args) => (write(), frames.claim(...args)),
  };
}

const ID = 'a1b2c3d4-e5f6-4789-8abc-def012345678';

/** The bytes of a line in Lambda's JSON format, with ids as long as AWS'. */
export function lineBytes(level: string, message: object): number {
  const ids = { requestId: ID, connectionId: 'AbCdEfGhIjKlMnO=' };
  const full = { ...message, ...('connectionId' in message ? ids : { requestId: ID }) };
  const timestamp = '2026-01-01T00:00:00.000Z';
  return Buffer.byteLength(JSON.stringify({ timestamp, level, requestId: ID, message: full })) + 1;
}

interface Environment {
  relay: Relay;
  ready: Promise<void>;
  busy: boolean;
}

/** The typing function's environments, as Lambda has them: one event at a time each, a new one when all are busy. */
export function makeFleet({ clock, way, ledger, farEnd, environments, warm }: FleetPorts): Fleet {
  const store = slowed(clock, countedStore(makeMemoryStore(), ledger));
  const frames = countedFrames(makeMemoryFrames(), ledger);
  const now = (): number => epoch(clock.now());
  const fleet: Environment[] = [];
  let busiest = 0;
  const warn = (code: string, fields: object): void => {
    ledger.count('warnBytes', lineBytes('WARN', { code, ...fields }));
  };

  function start(isWarm: boolean): Environment {
    const { upstream, warmUp } = farEnd.connect();
    const measure = makeMetrics({
      stack: 'typing-relay',
      now,
      write: (line) => {
        ledger.count('metricLines');
        ledger.count('metricBytes', Buffer.byteLength(line) + 1);
      },
    });
    const relay = makeRelay({
      store,
      upstream,
      openSession: (chat) => Promise.resolve(sessionOf(way, chat)),
      countFrame: makeFloodGuard({ frames, warn }),
      tell(handled: readonly Handled[]) {
        for (const one of handled)
          ledger.count('debugBytes', lineBytes('DEBUG', { code: 'handled', ...one }));
        measure(handled);
      },
      watchLater: async (watch, ms) => {
        ledger.count('queued');
        await queue(watch, ms);
      },
      now,
      wait: (ms) => after(clock, ms),
      warn,
    });
    return { relay, busy: false, ready: isWarm ? Promise.resolve() : after(clock, INIT_MS).then(warmUp) };
  }

  const queue: WatchLater = makeWatchQueue(clock, async (watch) => {
    const from = clock.now();
    ledger.count('watches');
    const handled = await watcher.relay.expire('', watch);
    ledger.spend('watchMs', clock.now() - from + HANDLER_MS);
    return handled;
  });
  // A function of its own on AWS; its environments do not look at the budget.
  const watcher = start(true);

  function take(): Environment | undefined {
    const idle = fleet.find(({ busy }) => !busy);
    if (idle) return idle;
    if (fleet.length >= environments) return undefined;
    const started = start(warm);
    ledger.count('environments');
    fleet.push(started);
    return started;
  }

  async function run<T>(handle: (relay: Relay) => Promise<T>): Promise<T | undefined> {
    const environment = take();
    if (!environment) return undefined;
    environment.busy = true;
    busiest = Math.max(busiest, fleet.filter(({ busy }) => busy).length);
    await environment.ready;
    const from = clock.now();
    const answer = await handle(environment.relay);
    ledger.spend('typingMs', clock.now() - from + HANDLER_MS);
    environment.busy = false;
    return answer;
  }

  return {
    relay: {
      async typing(event) {
        const answer = await run((relay) => relay.typing(event));
        if (answer) ledger.count('errors');
        return answer;
      },
      async left(event: ConnectionEvent) {
        await run((relay) => relay.left(event));
      },
    },
    busiest: () => busiest,
  };
}
