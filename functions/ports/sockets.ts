import { RelayError, unavailable } from '../relay/errors.ts';
import type { SocketMessage } from '../relay/upstream.ts';
import { makeKeptSockets } from './kept-sockets.ts';
import { openSocket, tooManySockets, write } from './open-socket.ts';

/** Guest sockets that stay open between the messages of one environment. */
export interface Sockets {
  /**
   * Sends a message's frame as text on the socket at its URL, which is opened when it is not open yet.
   * @param deadline epoch milliseconds, for all of it
   * @throws RelayError `upstream_unavailable`, `upstream_rejected`, `upstream_rate_limited`, `session_ended`
   */
  send: (message: SocketMessage, deadline: number) => Promise<void>;
  /** Closes every socket. */
  close: () => void;
}

/** @param now epoch milliseconds */
export function makeSockets(now: () => number): Sockets {
  const kept = makeKeptSockets(now);
  return {
    send: ({ url, frame, saidAgain }, deadline) =>
      kept.use(
        url,
        // A typing frame says what is so: one that comes twice says nothing new.
        saidAgain ? 'along' : 'twice',
        (isAgain) =>
          openSocket({ url, refused }, deadline - now()).catch((error: unknown) => {
            // The frame may have arrived: a refusal now does not say that it was not shown.
            const isOver = error instanceof RelayError && error.code === 'session_ended';
            throw isAgain && !isOver ? unavailable(error) : error;
          }),
        deadline,
        (socket) =>
          write(socket, JSON.stringify(frame), deadline - now()).catch((error: unknown) => {
            throw unavailable(error);
          }),
      ),
    close: kept.close,
  };
}

/** What a refused upgrade of the guest's own socket means. */
function refused(status: number, retryAfter: string | undefined): RelayError {
  const cause = new Error(`the upgrade was answered with ${status}`);
  if (status === 429) return tooManySockets(retryAfter, cause);
  if (status === 404 || status === 410) {
    return new RelayError('session_ended', 'The guest session is over. Create a guest and a ticket anew.', {
      cause,
    });
  }
  if (status >= 400 && status < 500) {
    const message =
      'Genesys refused the guest socket. Take its URL, whole, from the connection object of the guest creation ' +
      'response; if it is right, the guest session has ended.';
    return new RelayError('upstream_rejected', message, { reason: 'bad_credentials', cause });
  }
  return unavailable(cause);
}
