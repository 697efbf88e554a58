import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { nowMs } from './clock.ts';
import { type DelayLine, makeDelayLine } from './delay-line.ts';
import type { Passage } from './round-trips.ts';

/** How the far side of a connection goes away: TCP's own end, its reset, or nothing at all any more. */
export const BREAKS = ['fin', 'reset', 'silent'] as const;
export type Break = (typeof BREAKS)[number];

/** A way of TCP between a client and a far side on this machine that takes as long as one across a country. */
export interface Proxy {
  /** `127.0.0.1:PORT` */
  host: string;
  /** All that went by so far. */
  passages: readonly Passage[];
  /** Breaks all open connections; the next ones work. Resolves once the client's machine has been told. */
  breakAll: (how: Break) => Promise<void>;
  /** Ends what is open, once what is under way has arrived. */
  hangUp: () => Promise<void>;
  close: () => Promise<void>;
}

interface Way {
  client: Socket;
  far: Socket;
  isSilent: boolean;
  lines: readonly DelayLine[];
}

type Note = (what: Passage['what'], bytes: number) => void;

/**
 * @param target the port of the far side
 * @param oneWayMs what each direction takes, and the connecting itself a round trip
 */
export async function startProxy(target: number, oneWayMs: number): Promise<Proxy> {
  const passages: Passage[] = [];
  const ways = new Set<Way>();
  const waiting: (() => void)[] = [];
  const isQuiet = (): boolean => [...ways].every(({ lines }) => lines.every((line) => line.isEmpty()));
  const onEmpty = (): void => {
    if (isQuiet()) for (const tell of waiting.splice(0)) tell();
  };
  let connections = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const line = connections++;
    const note: Note = (what, bytes) => passages.push({ at: nowMs(), line, what, bytes });
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    ways.add(carry(client, far, oneWayMs, note, onEmpty));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  /** Resolves when nothing is under way here: what the kernel still has may follow. */
  async function quiet(): Promise<void> {
    if (!isQuiet()) await new Promise<void>((resolve) => waiting.push(resolve));
  }

  return {
    host: `127.0.0.1:${address.port}`,
    passages,
    async breakAll(how) {
      await Promise.all([...ways].map((way) => breakOff(way, how)));
    },
    async hangUp() {
      await quiet();
      await Promise.all([...ways].map(hangUp));
      ways.clear();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const { client, far } of ways) {
        client.destroy();
        far.destroy();
      }
      await closed;
    },
  };
}

/** Carries bytes, ends and resets both ways, each after its delay. */
function carry(client: Socket, far: Socket, oneWayMs: number, note: Note, onEmpty: () => void): Way {
  const [up, down] = [makeDelayLine(oneWayMs, onEmpty), makeDelayLine(oneWayMs, onEmpty)];
  const way: Way = { client, far, isSilent: false, lines: [up, down] };
  const unlessSilent =
    (act: () => void): (() => void) =>
    () => {
      if (!way.isSilent) act();
    };
  note('connect', 0);
  // The kernel connects at once: what the client sends first pays for the handshake.
  const opensAt = nowMs() + 2 * oneWayMs;
  client.on('data', (bytes: Buffer) => {
    note('up', bytes.length);
    const pass = unlessSilent(() => far.write(bytes));
    up.add(pass, Math.max(0, opensAt - nowMs()));
  });
  far.on('data', (bytes: Buffer) => {
    const pass = unlessSilent(() => {
      note('down', bytes.length);
      client.write(bytes);
    });
    down.add(pass);
  });
  for (const [from, to, line] of [
    [client, far, up],
    [far, client, down],
  ] as const) {
    from.on('end', () => {
      line.add(unlessSilent(() => to.end()));
    });
    // A reset goes on as one.
    from.on('error', () => {
      line.add(unlessSilent(() => to.resetAndDestroy()));
    });
  }
  return way;
}

async function hangUp({ client, far }: Way): Promise<void> {
  client.destroy();
  if (far.closed) return;
  // Its end comes after all that was written to it.
  const closed = once(far, 'close');
  far.end();
  far.resume();
  await closed;
}

async function breakOff(way: Way, how: Break): Promise<void> {
  way.isSilent = true;
  if (how === 'silent') return;
  const { client, far } = way;
  const told = once(client, how === 'reset' ? 'close' : 'finish');
  if (how === 'reset') client.resetAndDestroy();
  else client.end();
  far.end();
  await told;
}
