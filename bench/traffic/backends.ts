import { UPSTREAM_DEADLINE_MS } from '../../functions/relay/constants.ts';
import type { UpstreamPort } from '../../functions/relay/delivery.ts';
import type { ConnectionEvent } from '../../functions/relay/relay.ts';
import type { Session, UpstreamMessage } from '../../functions/relay/upstream.ts';
import type { Ledger } from '../scale/counts.ts';
import { PUSH_MS } from '../scale/runs.ts';
import { ACCESS_LINE_BYTES } from '../scale/usage.ts';
import { after, epoch, HOPS } from '../simulate/aws.ts';
import type { Clock } from '../simulate/clock.ts';
import type { OwnTime } from './own-time.ts';
import { makeTutorial, ownLineBytes, systemLineBytes } from './tutorial.ts';

/** What stands behind API Gateway, over fakes that count. */

export interface BackendPorts {
  clock: Clock;
  /** Gets the operations of the table and the milliseconds of the runs; the upstream counts its own. */
  ledger: Ledger;
  own: OwnTime;
  session: Session;
  upstream: Pick<UpstreamPort, 'send'>;
  /** A frame to the client. */
  posted: () => void;
  /** Bytes of log lines. */
  logged: (bytes: number) => void;
}

/** One run of a function, for one frame of a client. */
export type Backend = (event: ConnectionEvent & { body: string }) => Promise<void>;

/** An operation of the table takes its time. */
function makeTable({ clock, ledger }: BackendPorts) {
  return async (field: 'reads' | 'writes'): Promise<void> => {
    ledger.count(field);
    await after(clock, HOPS.table.fixedMs);
  };
}

/** Both wait for the upstream for as long as the relay does. */
const sender =
  ({ clock, upstream }: BackendPorts) =>
  (message: UpstreamMessage): Promise<unknown> =>
    upstream.send(message, epoch(clock.now()) + UPSTREAM_DEADLINE_MS);

/** What the tutorial's function does, and the lines that Lambda adds. */
export function tutorialBackend(ports: BackendPorts): Backend {
  const { clock, ledger, own, session, posted, logged } = ports;
  const table = makeTable(ports);
  const handle = makeTutorial({
    connection: () => table('reads').then(() => ({ session: session.key })),
    state: () => table('writes'),
    message: (_, isTyping) => session.message(isTyping, epoch(clock.now())),
    send: sender(ports),
    post: async () => {
      posted();
      await after(clock, PUSH_MS);
    },
    log: (line) => {
      logged(ownLineBytes(line));
    },
  });
  return async ({ connectionId, body, receivedAt }) => {
    const from = clock.now();
    await handle(connectionId, body, receivedAt);
    const ms = clock.now() - from + own.ms;
    ledger.count('typingMs', ms);
    logged(systemLineBytes(ms, own.memoryMb));
  };
}

/**
 * The least that the relay's path costs for a frame that it forwards: one conditional write, the call upstream, no
 * answer, and the line of the access log. Nothing ends what is held but the client's own "off".
 */
export function cadenceBackend(ports: BackendPorts): Backend {
  const { clock, ledger, own, session, logged } = ports;
  const table = makeTable(ports);
  const send = sender(ports);
  return async ({ body }) => {
    const from = clock.now();
    await table('writes');
    const message = session.message(body.includes('true'), epoch(clock.now()));
    // Nobody waits for a typing frame: one that is not taken is lost.
    if (message) await send(message).catch(() => undefined);
    ledger.count('typingMs', clock.now() - from + own.ms);
    logged(ACCESS_LINE_BYTES);
  };
}
