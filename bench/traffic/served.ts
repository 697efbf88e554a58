import { isLast } from '../../functions/relay/protocol.ts';
import type { Relay } from '../../functions/relay/relay.ts';
import type { Counts, Ledger } from '../scale/counts.ts';
import type { Usage } from '../scale/cost.ts';
import type { FarEnd } from '../scale/far-side.ts';
import { makeFleet } from '../scale/fleet.ts';
import { chatName, sessionOf } from '../scale/upstreams.ts';
import { after, epoch, HOPS } from '../simulate/aws.ts';
import type { Clock } from '../simulate/clock.ts';
import { type Backend, type BackendPorts, cadenceBackend, tutorialBackend } from './backends.ts';
import type { Cadence, Driven, Fed, Tutorial } from './contenders.ts';
import type { OwnTime } from './own-time.ts';
import { backendUsage, relayUsage } from './usage.ts';

/** What answers a client that is driven by its policy. */
export interface Served {
  relay: Pick<Relay, 'typing' | 'left'>;
  /** The client's connection as it is now. */
  connectionId: () => string;
  /** How often the relay closed a connection for a flood; each time the client came back at once. */
  floods: () => number;
  /** What AWS bills, and of Lambda's time what is the functions' own. */
  used: (counts: Counts) => { usage: Usage; ownMs: number };
}

export interface ServedPorts {
  clock: Clock;
  ledger: Ledger;
  farEnd: FarEnd;
  own: OwnTime;
  /** The chat's number. */
  index: number;
}

export const serve = (contender: Driven, ports: ServedPorts): Served =>
  contender.kind === 'fed' ? serveByRelay(contender, ports) : serveByBackend(contender, ports);

/** The real relay, delay queue and all, as bench/scale counts them. */
function serveByRelay({ way }: Pick<Fed, 'way'>, { clock, ledger, farEnd, own, index }: ServedPorts): Served {
  const { relay } = makeFleet({ clock, way, ledger, farEnd, environments: way.environments, warm: true });
  let connections = 1;
  let floods = 0;
  return {
    relay: {
      left: relay.left,
      async typing(event) {
        const answer = await relay.typing(event);
        if (!answer || !isLast(answer)) return answer;
        floods++;
        connections++;
        // The closed connection's $disconnect, by no dice: those of the frames' way must fall as for the tutorial.
        await after(clock, HOPS.gateway.fixedMs);
        await relay.left({ ...event, requestId: `left ${floods}`, receivedAt: epoch(clock.now()) });
        return answer;
      },
    },
    connectionId: () => `${chatName(index)} ${connections}`,
    floods: () => floods,
    used(counts) {
      const usage = relayUsage(way, counts, own);
      return { usage, ownMs: own.ms * usage.invocations };
    },
  };
}

/** A backend of ours for others: nothing of it ends with a connection. */
function serveByBackend({ kind, way }: Tutorial | Cadence, ports: ServedPorts): Served {
  const { clock, ledger, farEnd, own, index } = ports;
  const seen = { posts: 0, logBytes: 0, runs: 0 };
  const handle = backendOf(kind, {
    clock,
    ledger,
    own,
    session: sessionOf(way, chatName(index)),
    upstream: farEnd.connect().upstream,
    posted: () => seen.posts++,
    logged: (bytes) => (seen.logBytes += bytes),
  });
  return {
    relay: {
      async typing(event) {
        seen.runs++;
        await handle(event);
        return undefined;
      },
      left: () => Promise.resolve(),
    },
    connectionId: () => chatName(index),
    floods: () => 0,
    used: (counts) => ({ usage: backendUsage(counts, seen, own), ownMs: own.ms * seen.runs }),
  };
}

const backendOf = (kind: 'tutorial' | 'cadence', ports: BackendPorts): Backend =>
  kind === 'tutorial' ? tutorialBackend(ports) : cadenceBackend(ports);
