import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Whether an error says that a port is taken. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/**
 * Starts a server on the port it should have, or on a free one when that is taken.
 * @param start rejects with the error of `listen` as it is
 * @param onTaken told the port that was taken
 */
export async function startOnPort<T>(
  port: number,
  start: (port: number) => Promise<T>,
  onTaken: (port: number) => void,
): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (port === 0 || !isTaken(error)) throw error;
    onTaken(port);
    return start(0);
  }
}

/**
 * Binds a server to loopback; 0 takes a free port. Rejects with the error of `listen` as it is.
 * @returns `127.0.0.1:PORT`
 */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(`127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`);
    });
  });
}

/** The open sockets of a server, also those it no longer counts because they were upgraded. */
export function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
