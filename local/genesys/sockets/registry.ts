import type { WebSocket } from 'ws';

export interface SocketRegistry {
  /** Counts a socket from now on; of web messaging it is not known yet whose it is. */
  add(socket: WebSocket, conversationId?: string): void;
  /** Says whose it is; again where that has changed. */
  assign(socket: WebSocket, conversationId: string): void;
  /** How many are open, and were ever opened; of one conversation, or of all. */
  count(conversationId?: string): { open: number; opened: number };
  /** Closes the open ones of a conversation; answers how many. */
  close(conversationId: string, how: 'close' | 'terminate'): number;
}

const end = {
  close: (socket: WebSocket): void => {
    socket.close(1000);
  },
  terminate: (socket: WebSocket): void => {
    socket.terminate();
  },
};

/** The guests' sockets, of both kinds. */
export function makeSocketRegistry(): SocketRegistry {
  const open = new Map<WebSocket, string>();
  const opened = new Map<string, number>();

  const countOpened = (conversationId: string, by: number): void => {
    opened.set(conversationId, (opened.get(conversationId) ?? 0) + by);
  };
  const of = (conversationId?: string): WebSocket[] =>
    [...open].flatMap(([socket, its]) =>
      conversationId === undefined || its === conversationId ? [socket] : [],
    );

  return {
    add(socket, conversationId = '') {
      open.set(socket, conversationId);
      countOpened(conversationId, 1);
      socket.on('close', () => open.delete(socket));
    },
    assign(socket, conversationId) {
      const before = open.get(socket);
      if (before === undefined || before === conversationId) return;
      open.set(socket, conversationId);
      countOpened(before, -1);
      countOpened(conversationId, 1);
    },
    count(conversationId) {
      const counts = conversationId === undefined ? [...opened.values()] : [opened.get(conversationId) ?? 0];
      return { open: of(conversationId).length, opened: counts.reduce((sum, count) => sum + count, 0) };
    },
    close(conversationId, how) {
      const closing = of(conversationId);
      for (const socket of closing) end[how](socket);
      return closing.length;
    },
  };
}
