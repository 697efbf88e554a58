import type { GatewayEvent } from './wire.ts';

const BUFFERED_EVENTS = 100;

/** A socket that the page is about to open. */
export interface Opening {
  /** Whom its ticket lets in: no other connection has the same. */
  readonly holder: string;
  readonly conversationId: string;
  /** Is told the id of its connection, once that is known. */
  readonly found: (connectionId: string) => void;
}

export interface Claims {
  opening: (socket: Opening) => void;
  /** The socket with this ticket was refused. */
  refused: (holder: string) => void;
  /** An event of the gateway, of whichever connection. */
  offer: (event: GatewayEvent) => void;
}

/**
 * Finds out which of the gateway's connections are this page's: no frame tells a client its connection id, but the
 * gateway tells whom each connection let in. With a connection come its requests.
 * @param deliver gets the events of this page's connections, those from before the claim too, and the conversation
 * where that is known
 * @param isOurs whether an event without a connection is of this page all the same
 */
export function makeClaims(
  deliver: (event: GatewayEvent, conversationId: string | undefined) => void,
  isOurs: (event: GatewayEvent) => boolean = () => false,
): Claims {
  /** Each with its conversation, as far as that is known. */
  const connections = new Map<string, string>();
  const requests = new Map<string, string | undefined>();
  const opening = new Map<string, Opening>();
  /** Was refused, and the news of that is still to come. */
  let refused: Opening | undefined;
  let unclaimed: GatewayEvent[] = [];

  const isClaimed = ({ connectionId = '', requestId = '' }: GatewayEvent): boolean =>
    connections.has(connectionId) || requests.has(requestId);

  function take(event: GatewayEvent): void {
    const { connectionId = '', requestId } = event;
    const conversationId = connections.get(connectionId) ?? requests.get(requestId ?? '');
    if (requestId !== undefined) requests.set(requestId, conversationId);
    deliver(event, conversationId);
  }
  function claim({ holder, conversationId, found }: Opening, event: GatewayEvent): void {
    opening.delete(holder);
    refused = undefined;
    const { connectionId, requestId } = event;
    if (connectionId !== undefined) connections.set(connectionId, conversationId);
    if (requestId !== undefined) requests.set(requestId, conversationId);
    if (connectionId !== undefined && event.kind === 'connect') found(connectionId);
    const isIts = (one: GatewayEvent): boolean => one === event || isClaimed(one);
    const claimed = unclaimed.filter(isIts);
    unclaimed = unclaimed.filter((one) => !isIts(one));
    claimed.forEach(take);
  }

  return {
    opening(socket) {
      // What was there before is none of its own.
      if (opening.size === 0) unclaimed = [];
      opening.set(socket.holder, socket);
    },
    refused(holder) {
      const socket = opening.get(holder);
      opening.delete(holder);
      const [refusal, another] = unclaimed.filter(({ kind }) => kind === 'refused');
      // A refusal tells of nobody who was let in, so one of several may be of another page.
      if (socket === undefined || another !== undefined) return;
      if (refusal === undefined) refused = socket;
      else claim(socket, refusal);
    },
    offer(event) {
      if (isClaimed(event) || isOurs(event)) {
        take(event);
        return;
      }
      unclaimed = [...unclaimed.slice(1 - BUFFERED_EVENTS), event];
      const socket = event.kind === 'refused' ? refused : opening.get(event.principalId ?? '');
      if (socket !== undefined) claim(socket, event);
    },
  };
}
