import WebSocket from 'ws';
import { SOCKET_IDLE_MS, SOCKET_PING_AFTER_MS, SOCKET_PONG_MS, SOCKETS_MAX } from '../relay/constants.ts';

/** Sockets that stay open between the messages of one environment, by a key. */
export interface KeptSockets {
  /**
   * Does something with a socket that is open: one that is kept, or a new one. One that fails meanwhile is not kept.
   * @param open opens it and makes it ready, before the deadline
   * @param deadline epoch milliseconds
   */
  use: <T>(key: string, open: Open, deadline: number, act: Act<T>) => Promise<T>;
  /** Closes every socket. */
  close: () => void;
}

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
 * answers a ping, so with what is done on a socket that was idle a ping goes along.
 * @param now epoch milliseconds
 * @param repeats whether what is done may be done twice, and nothing says it again. Then each call after an idle second
 *   waits for the answer; where none comes, it is done once more on a new socket. Otherwise nobody waits, and where the
 *   answer is missing at the next call, that one is done after another's: a far side that is gone without a word costs
 *   one message
 */
export function makeKeptSockets(now: () => number, repeats = false): KeptSockets {
  const kept = new Map<string, Kept>();
  /** Whether any far side ever answered a ping. Where none did, a missing answer says nothing. */
  let answers = false;

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
      if (number <= entry.answered || number > entry.pings) return;
      entry.answered = number;
      answers = true;
    });
    // Its answer, which nobody waits for, tells that there are any.
    ping(entry);
    // Opened meanwhile by another message of the same key.
    kept.get(key)?.socket.close(1000);
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
    deadline: number,
    act: Act<T>,
  ): Promise<Used<T> | 'done' | 'not done'> {
    const entry = kept.get(key);
    if (!entry) return 'not done';
    const { socket, usedAt, pings, answered } = entry;
    const wasIdle = now() - usedAt >= SOCKET_PING_AFTER_MS;
    let early: Promise<T> | undefined;
    if (socket.readyState === WebSocket.OPEN) {
      if (repeats ? !wasIdle : answered === pings || !answers) {
        const acting = act(socket);
        if (wasIdle) ping(entry);
        return { entry, acting };
      }
      early = repeats ? act(socket) : undefined;
      early?.catch(() => undefined);
      // Half of what is left at most: a new socket needs some of it as well.
      if (await answersPing(entry, Math.min(SOCKET_PONG_MS, (deadline - now()) / 2)))
        return { entry, acting: early ?? act(socket) };
    }
    drop(key, entry);
    return early ? 'done' : 'not done';
  }

  return {
    async use(key, open, deadline, act) {
      // Before: what was idle for so long may be forgotten by whatever lies between, and a message is lost on it.
      closeIdle();
      const used = await onKept(key, deadline, act);
      const { entry, acting } =
        typeof used === 'object' ? used : await onNew(key, open(used === 'done'), act);
      const result = await acting.catch((error: unknown) => {
        drop(key, entry);
        throw error;
      });
      entry.usedAt = now();
      // Another message of this key may have put its own socket in the place of this one.
      if (kept.get(key) === entry) {
        kept.delete(key);
        kept.set(key, entry);
      }
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
