import { RelayError, unavailable } from '../relay/errors.ts';
import { makeKeptSockets } from './kept-sockets.ts';
import { openSocket, tooManySockets, write } from './open-socket.ts';

/** Guest sockets that stay open between the messages of one environment. */
export interface Sockets {
  /**
   * Sends one text frame on the socket at `url`, which is opened when it is not open yet.
   * @param deadline epoch milliseconds, for all of it
   * @throws RelayError `upstream_unavailable`, `upstream_rejected`, `upstream_rate_limited`, `session_ended`
   */
  send: (url: string, text: string, deadline: number) => Promise<void>;
  /** Closes every socket. */
  close: () => void;
}

/** @param now epoch milliseconds */
export function makeSockets(now: () => number): Sockets {
  // A typing frame says what is so: one that comes twice says nothing new.
  const kept = makeKeptSockets(now, true);
  return {
    send: (url, text, deadline) =>
      kept.use(
        url,
        (isAgain) =>
          openSocket({ url, refused }, deadline - now()).catch((error: unknown) => {
            // The frame may have arrived: a refusal now does not say that it was not shown.
            const isOver = error instanceof RelayError && error.code === 'session_ended';
            throw isAgain && !isOver ? unavailable(error) : error;
          }),
        deadline,
        (socket) =>
          write(socket, text, deadline - now()).catch((error: unknown) => {
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
