import { PING_MAX_MS, PING_MIN_MS, PING_MS } from './constants.ts';
import { isOpen, listen, say, type SocketLike } from './shapes.ts';

export interface KeepAlive {
  stop: () => void;
}

/**
 * Pings the relay while the socket is open, so that API Gateway does not close an idle connection.
 * @param everyMs milliseconds, 1,000 to 540,000
 * @throws RangeError for any other
 */
export function keepAlive(socket: SocketLike, everyMs: number = PING_MS): KeepAlive {
  if (!(everyMs >= PING_MIN_MS && everyMs <= PING_MAX_MS)) {
    throw new RangeError(`everyMs must be ${PING_MIN_MS} to ${PING_MAX_MS}`);
  }
  let timer: ReturnType<typeof setInterval> | undefined;

  const end = (): void => {
    clearInterval(timer);
  };
  function begin(): void {
    end();
    timer = setInterval(() => say(socket, { type: 'ping' }), everyMs);
  }

  const detach = [listen(socket, ['open'], begin), listen(socket, ['close'], end)];
  if (isOpen(socket)) begin();
  return {
    stop() {
      for (const unlisten of detach) unlisten();
      end();
    },
  };
}
