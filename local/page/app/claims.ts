import type { GatewayEvent } from './wire.ts';

const BUFFERED_EVENTS = 100;

export interface Claims {
  /** The page is about to open a socket. */
  opening: () => void;
  /** That socket opened, or was refused. */
  settled(kind: 'connect' | 'refused'): void;
  /** An event of the gateway, of whichever connection. */
  offer(event: GatewayEvent): void;
}

/**
 * Finds out which of the gateway's connections are this page's. No frame tells a client its connection id, so the
 * page takes the connection that appears when its own socket opens.
 * @param deliver gets the events of this page's connections, those from before the claim too
 */
export function makeClaims(deliver: (event: GatewayEvent) => void): Claims {
  const mine = new Set<string>();
  let unclaimed: GatewayEvent[] = [];
  let wanted: GatewayEvent['kind'] | undefined;

  function claim(found: GatewayEvent): void {
    wanted = undefined;
    const isMine = (event: GatewayEvent): boolean =>
      event === found || (found.connectionId !== undefined && event.connectionId === found.connectionId);
    if (found.connectionId !== undefined) mine.add(found.connectionId);
    const claimed = unclaimed.filter(isMine);
    unclaimed = unclaimed.filter((event) => !isMine(event));
    claimed.forEach(deliver);
  }

  return {
    opening() {
      unclaimed = [];
      wanted = undefined;
    },
    settled(kind) {
      wanted = kind;
      const found = unclaimed.findLast((event) => event.kind === kind);
      if (found !== undefined) claim(found);
    },
    offer(event) {
      if (event.connectionId !== undefined && mine.has(event.connectionId)) {
        deliver(event);
        return;
      }
      unclaimed = [...unclaimed.slice(1 - BUFFERED_EVENTS), event];
      if (event.kind === wanted) claim(event);
    },
  };
}
