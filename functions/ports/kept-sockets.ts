import WebSocket from 'ws';
import { SOCKET_IDLE_MS, SOCKET_PING_AFTER_MS, SOCKET_PONG_MS, SOCKETS_MAX } from '../relay/constants.ts';

/** Sockets that stay open between the messages of one environment, by a key. */
export interface KeptSockets {
  /**
   * Does something with a socket that is open: one that is kept, or a new one. One that fails meanwhile is not kept.
   * @param open opens it and makes it ready, before the deadline
   * @param deadline epoch milliseconds
   */
  use: <T>(key: string, open: () => Promise<WebSocket>, deadline: number, act: Act<T>) => Promise<T>;
  /** Closes every socket. */
  close: () => void;
}

type Act<T> = (socket: WebSocket) => Promise<T>;

interface Kept {
  socket: WebSocket;
  /** When the far side last gave a sign, or was last written to; epoch milliseconds. */
  usedAt: number;
}

/**
 * Keeps sockets by key, the most recently used last. While an environment is frozen it neither reads a close nor
 * answers a ping, so a socket that was idle for long is pinged before use, and opened anew, once, if it is dead.
 * @param now epoch milliseconds
 */
export function makeKeptSockets(now: () => number): KeptSockets {
  const kept = new Map<string, Kept>();

  function drop(key: string, entry: Kept): void {
    if (kept.get(key) === entry) kept.delete(key);
    entry.socket.terminate();
  }

  /** Runs at each use and not by a timer: a frozen environment has no timers. */
  function closeIdle(): void {
    for (const [key, { socket, usedAt }] of kept) {
      const tooMany = kept.size > SOCKETS_MAX;
      if (!tooMany && now() - usedAt < SOCKET_IDLE_MS) continue;
      kept.delete(key);
      socket.close(1000);
    }
  }

  async function keep(key: string, open: () => Promise<WebSocket>): Promise<Kept> {
    const entry = { socket: await open(), usedAt: now() };
    entry.socket.once('close', () => {
      drop(key, entry);
    });
    kept.set(key, entry);
    return entry;
  }

  async function usable(key: string, open: () => Promise<WebSocket>, deadline: number): Promise<Kept> {
    const entry = kept.get(key);
    if (!entry) return keep(key, open);
    const idle = now() - entry.usedAt;
    const alive =
      entry.socket.readyState === WebSocket.OPEN &&
      (idle < SOCKET_PING_AFTER_MS ||
        (await answersPing(entry.socket, Math.min(SOCKET_PONG_MS, deadline - now()))));
    if (alive) return entry;
    drop(key, entry);
    return keep(key, open);
  }

  return {
    async use(key, open, deadline, act) {
      const entry = await usable(key, open, deadline);
      const result = await act(entry.socket).catch((error: unknown) => {
        drop(key, entry);
        throw error;
      });
      entry.usedAt = now();
      kept.delete(key);
      kept.set(key, entry);
      closeIdle();
      return result;
    },
    close() {
      for (const { socket } of kept.values()) socket.close(1000);
      kept.clear();
    },
  };
}

function answersPing(socket: WebSocket, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (alive: boolean) => () => {
      clearTimeout(timer);
      socket.off('pong', onPong);
      socket.off('close', onClose);
      resolve(alive);
    };
    const onPong = end(true);
    const onClose = end(false);
    const timer = setTimeout(onClose, Math.max(0, ms));
    socket.once('pong', onPong);
    socket.once('close', onClose);
    socket.ping();
  });
}
