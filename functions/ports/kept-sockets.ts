import WebSocket from 'ws';
import { SOCKET_IDLE_MS, SOCKET_PING_AFTER_MS, SOCKET_PONG_MS, SOCKETS_MAX } from '../relay/constants.ts';

/** Sockets that stay open between the messages of one environment, by a key. */
export interface KeptSockets {
  /**
   * Does something with a socket that is open: one that is kept, or a new one. One that fails meanwhile is not kept.
   * @param care what is done for it to arrive
   * @param open opens it and makes it ready, before the deadline
   * @param deadline epoch milliseconds
   */
  use: <T>(key: string, care: Care, open: Open, deadline: number, act: Act<T>) => Promise<T>;
  /** Closes every socket. */
  close: () => void;
}

/**
 * How a socket is asked by a ping whether its far side is still there:
 * - `along` with what is done, and nobody waits: for what is said again by the next message anyway.
 * - `twice`: along as well, but the call waits for the answer, and where none comes it is done once more on a new socket:
 *   for what may be done twice, and spares it a round trip.
 * - `after`: it is done when the answer has come.
 */
export type Care = 'along' | 'twice' | 'after';

/** @param isAgain whether it was done already, on a socket that gave no answer: it may have arrived there */
type Open = (isAgain: boolean) => Promise<WebSocket>;
type Act<T> = (socket: WebSocket) => Promise<T>;

interface Kept {
  socket: WebSocket;
  /** When it was last written to; epoch milliseconds. */
  usedAt: number;
  /** Pings so far; each carries its number. */
  pings: number;
  /** The last of them that was answered. */
  answered: number;
}

/** A socket, and what is being done with it. */
interface Used<T> {
  entry: Kept;
  acting: Promise<T>;
}

/**
 * Keeps sockets by key, the most recently used last. While an environment is frozen it neither reads a close nor
 * answers a ping, so a socket that was idle is pinged, and opened anew, once, if it is dead. Where nobody waits for the
 * answer and it is missing at the next message, that one waits for another, so that a far side which is gone without a
 * word costs one message and no more.
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

  async function keep(key: string, opening: Promise<WebSocket>): Promise<Kept> {
    const entry: Kept = { socket: await opening, usedAt: now(), pings: 0, answered: 0 };
    entry.socket.once('close', () => {
      drop(key, entry);
    });
    entry.socket.on('pong', (data) => {
      const number = Number(data.toString());
      // RFC 6455, 5.5.3: an answer bears what the ping did. One that does not came unasked, and answers nothing.
      if (number > entry.answered && number <= entry.pings) entry.answered = number;
    });
    // Its answer, which nobody waits for, tells that this far side gives any.
    ping(entry);
    kept.set(key, entry);
    return entry;
  }

  async function onNew<T>(key: string, opening: Promise<WebSocket>, act: Act<T>): Promise<Used<T>> {
    const entry = await keep(key, opening);
    return { entry, acting: act(entry.socket) };
  }

  /** @returns whether it was done in vain, where there is no such socket or it is dead */
  async function onKept<T>(
    key: string,
    care: Care,
    deadline: number,
    act: Act<T>,
  ): Promise<Used<T> | 'done' | 'not done'> {
    const entry = kept.get(key);
    if (!entry) return 'not done';
    const { socket, usedAt, pings, answered } = entry;
    const wasIdle = now() - usedAt >= SOCKET_PING_AFTER_MS;
    let early: Promise<T> | undefined;
    if (socket.readyState === WebSocket.OPEN) {
      // Where none was ever answered, a missing answer says nothing.
      if ((answered === pings || answered === 0) && (!wasIdle || care === 'along')) {
        const acting = act(socket);
        if (wasIdle) ping(entry);
        return { entry, acting };
      }
      early = care === 'after' ? undefined : act(socket);
      early?.catch(() => undefined);
      if (await answersPing(entry, Math.min(SOCKET_PONG_MS, deadline - now())))
        return { entry, acting: early ?? act(socket) };
    }
    drop(key, entry);
    return early ? 'done' : 'not done';
  }

  return {
    async use(key, care, open, deadline, act) {
      const used = await onKept(key, care, deadline, act);
      const { entry, acting } =
        typeof used === 'object' ? used : await onNew(key, open(used === 'done'), act);
      const result = await acting.catch((error: unknown) => {
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

/** Sends the next ping. @returns its number */
function ping(entry: Kept): number {
  entry.pings += 1;
  entry.socket.ping(String(entry.pings));
  return entry.pings;
}

function answersPing(entry: Kept, ms: number): Promise<boolean> {
  const { socket } = entry;
  return new Promise((resolve) => {
    const end = (alive: boolean) => () => {
      clearTimeout(timer);
      socket.off('pong', onPong);
      socket.off('close', onClose);
      resolve(alive);
    };
    const isAlive = end(true);
    const onClose = end(false);
    const timer = setTimeout(onClose, Math.max(0, ms));
    const number = ping(entry);
    // An answer to an earlier one may come first, and says less.
    const onPong = (): void => {
      if (entry.answered >= number) isAlive();
    };
    socket.on('pong', onPong);
    socket.once('close', onClose);
  });
}
