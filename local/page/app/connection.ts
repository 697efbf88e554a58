import { keepAlive } from '../../../client/index.ts';

export type ConnectionState = { is: 'connecting' } | { is: 'open' } | { is: 'closed'; why: string };

export interface ConnectionOptions {
  /** The gateway's `ws:` URL. */
  gateway: string;
  /** The socket is about to be opened. */
  onOpening: () => void;
  /** The socket failed before it was open. */
  onRefused: () => void;
  onState: (state: ConnectionState) => void;
}

export interface Connection {
  /** Closes what is open and connects anew, with a new ticket. */
  connect(ticket: () => Promise<string>): Promise<void>;
  /** The socket in use now, if there is one. */
  socket: () => WebSocket | undefined;
}

/** Holds the guest's one socket. It does not reconnect by itself: the reader shall see that it closed. */
export function makeConnection(options: ConnectionOptions): Connection {
  let current: WebSocket | undefined;
  let attempt = 0;

  function open(ticket: string): void {
    let wasOpen = false;
    options.onOpening();
    const socket = new WebSocket(options.gateway, ['typing-relay', ticket]);
    current = socket;
    keepAlive(socket);
    socket.addEventListener('open', () => {
      wasOpen = true;
      if (socket === current) options.onState({ is: 'open' });
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket !== current) return;
      if (!wasOpen) options.onRefused();
      options.onState({ is: 'closed', why: wasOpen ? `Closed (code ${code})` : 'Could not connect' });
    });
  }

  return {
    async connect(ticket) {
      attempt += 1;
      const mine = attempt;
      current?.close(1000);
      current = undefined;
      options.onState({ is: 'connecting' });
      try {
        const fresh = await ticket();
        if (mine === attempt) open(fresh);
      } catch (error) {
        const why = error instanceof Error ? error.message : 'No ticket could be made.';
        if (mine === attempt) options.onState({ is: 'closed', why });
      }
    },
    socket: () => current,
  };
}
