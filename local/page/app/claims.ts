import type { GatewayEvent } from './wire.ts';

const BUFFERED_EVENTS = 100;

export interface Claims {
  /**
   * The page is about to open a socket.
   * @param found is told the id of its connection, once that is known
   */
  opening: (found: (connectionId: string) => void) => void;
  /** That socket opened, or was refused. */
  settled: (kind: 'connect' | 'refused') => void;
  /** An event of the gateway, of whichever connection. */
  offer: (event: GatewayEvent) => void;
}

/**
 * Finds out which of the gateway's connections are this page's. No frame tells a client its connection id, so the
 * page takes the connection that appears when its own socket opens. With it come the requests of that connection.
 * @param deliver gets the events of this page's connections, those from before the claim too
 * @param isOurs whether an event without a connection is of this page all the same
 */
export function makeClaims(
  deliver: (event: GatewayEvent) => void,
  isOurs: (event: GatewayEvent) => boolean = () => false,
): Claims {
  const connections = new Set<string>();
  const requests = new Set<string>();
  let unclaimed: GatewayEvent[] = [];
  let wanted: GatewayEvent['kind'] | undefined;
  let tell: (connectionId: string) => void = () => undefined;

  const isClaimed = ({ connectionId, requestId }: GatewayEvent): boolean =>
    (connectionId !== undefined && connections.has(connectionId)) ||
    (requestId !== undefined && requests.has(requestId));

  function take(event: GatewayEvent): void {
    if (event.requestId !== undefined) requests.add(event.requestId);
    deliver(event);
  }
  function claim(found: GatewayEvent): void {
    wanted = undefined;
    const { connectionId, requestId } = found;
    if (connectionId !== undefined) {
      connections.add(connectionId);
      tell(connectionId);
    }
    if (requestId !== undefined) requests.add(requestId);
    const isIts = (event: GatewayEvent): boolean => event === found || isClaimed(event);
    const claimed = unclaimed.filter(isIts);
    unclaimed = unclaimed.filter((event) => !isIts(event));
    claimed.forEach(take);
  }

  return {
    opening(found) {
      unclaimed = [];
      wanted = undefined;
      tell = found;
    },
    settled(kind) {
      wanted = kind;
      const found = unclaimed.findLast((event) => event.kind === kind);
      if (found !== undefined) claim(found);
    },
    offer(event) {
      if (isClaimed(event) || isOurs(event)) {
        take(event);
        return;
      }
      unclaimed = [...unclaimed.slice(1 - BUFFERED_EVENTS), event];
      if (event.kind === wanted) claim(event);
    },
  };
}
