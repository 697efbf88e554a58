import { keepAlive } from '../../../client/index.ts';
import { sentenceOf } from './calls.ts';
import type { Claims } from './claims.ts';
import type { TicketReply } from './wire.ts';

/** `why` is a few words; `told` a sentence, where there is more to say. */
export type ConnectionState =
  { is: 'connecting' } | { is: 'open' } | { is: 'closed'; why: string; told?: string };

export interface ConnectionOptions {
  /** The gateway's `ws:` URL. */
  gateway: string;
  conversationId: string;
  claims: Claims;
  onState: (state: ConnectionState) => void;
  /** A socket that is about to open. */
  onSocket: (socket: WebSocket) => void;
}

export interface Connection {
  /** Closes what is open and connects anew, with a new ticket. */
  connect: (ticket: () => Promise<TicketReply>) => Promise<void>;
  /** The socket in use now, if there is one. */
  socket: () => WebSocket | undefined;
  /** Its id at the gateway, once that is known. */
  id: () => string | undefined;
  /** It has ended, or was never opened, and is not about to be. */
  isClosed: () => boolean;
  /** Closes it for good. */
  close: () => void;
}

/** Holds one socket. It does not reconnect by itself: the reader shall see that it closed. */
export function makeConnection({
  gateway,
  conversationId,
  claims,
  onState,
  onSocket,
}: ConnectionOptions): Connection {
  let current: WebSocket | undefined;
  let id: string | undefined;
  let attempt = 0;
  let state: ConnectionState['is'] = 'closed';

  function tell(next: ConnectionState): void {
    state = next.is;
    onState(next);
  }
  function open({ ticket, holder }: TicketReply): void {
    let wasOpen = false;
    const mine = attempt;
    claims.opening({
      holder,
      conversationId,
      found: (connectionId) => {
        if (mine === attempt) id = connectionId;
      },
    });
    const socket = new WebSocket(gateway, ['typing-relay', ticket]);
    current = socket;
    keepAlive(socket);
    onSocket(socket);
    socket.addEventListener('open', () => {
      wasOpen = true;
      if (socket !== current) return;
      tell({ is: 'open' });
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket !== current) return;
      if (!wasOpen) claims.refused(holder);
      tell({ is: 'closed', why: wasOpen ? `Closed (code ${code})` : 'Could not connect' });
    });
  }
  function drop(): void {
    attempt += 1;
    current?.close(1000);
    current = undefined;
    id = undefined;
  }

  return {
    async connect(ticket) {
      drop();
      const mine = attempt;
      tell({ is: 'connecting' });
      try {
        const fresh = await ticket();
        if (mine === attempt) open(fresh);
      } catch (error) {
        if (mine === attempt) tell({ is: 'closed', why: 'No ticket', told: sentenceOf(error) });
      }
    },
    socket: () => current,
    id: () => id,
    isClosed: () => state === 'closed',
    close: drop,
  };
}
