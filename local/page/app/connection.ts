import { keepAlive } from '../../../client/index.ts';
import { sentenceOf } from './calls.ts';
import type { Claims } from './claims.ts';

export type ConnectionState = { is: 'connecting' } | { is: 'open' } | { is: 'closed'; why: string };

export interface ConnectionOptions {
  /** The gateway's `ws:` URL. */
  gateway: string;
  claims: Claims;
  onState: (state: ConnectionState) => void;
  /** A socket that is about to open. */
  onSocket: (socket: WebSocket) => void;
}

export interface Connection {
  /** Closes what is open and connects anew, with a new ticket. */
  connect: (ticket: () => Promise<string>) => Promise<void>;
  /** The socket in use now, if there is one. */
  socket: () => WebSocket | undefined;
  /** Its id at the gateway, once that is known. */
  id: () => string | undefined;
  /** Closes it for good. */
  close: () => void;
}

/** Holds one socket. It does not reconnect by itself: the reader shall see that it closed. */
export function makeConnection({ gateway, claims, onState, onSocket }: ConnectionOptions): Connection {
  let current: WebSocket | undefined;
  let id: string | undefined;
  let attempt = 0;

  function open(ticket: string): void {
    let wasOpen = false;
    claims.opening((found) => {
      id = found;
    });
    const socket = new WebSocket(gateway, ['typing-relay', ticket]);
    current = socket;
    keepAlive(socket);
    onSocket(socket);
    socket.addEventListener('open', () => {
      wasOpen = true;
      if (socket !== current) return;
      claims.settled('connect');
      onState({ is: 'open' });
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket !== current) return;
      if (!wasOpen) claims.settled('refused');
      onState({ is: 'closed', why: wasOpen ? `Closed (code ${code})` : 'Could not connect' });
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
      onState({ is: 'connecting' });
      try {
        const fresh = await ticket();
        if (mine === attempt) open(fresh);
      } catch (error) {
        if (mine === attempt) onState({ is: 'closed', why: sentenceOf(error) });
      }
    },
    socket: () => current,
    id: () => id,
    close: drop,
  };
}
