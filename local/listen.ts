import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** No server can listen as it was told to; the message says what to do. */
export class PortError extends Error {}

/** Whether an error says that a port is taken. */
const isTaken = (error: unknown): boolean => hasCode(error, 'EADDRINUSE');

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The error of `listen`, or what it means where that can be put right. */
function explained(error: Error, port: number): Error {
  if (port === 0 && isTaken(error)) {
    const message =
      'No port of 127.0.0.1 is free: end programs that hold many connections, or wait a minute.';
    return new PortError(message, { cause: error });
  }
  if (!hasCode(error, 'EACCES')) return error;
  return new PortError(`Port ${port} is not for this user: choose one from 1024 on.`, { cause: error });
}

/**
 * Starts a server on the port it should have, or on a free one when that is taken.
 * @param start rejects as {@link listen} does
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
 * Binds a server to loopback; 0 takes a free port.
 * Rejects with a `PortError`, or with the error of `listen` as it is, such as one with the code EADDRINUSE.
 * @returns `127.0.0.1:PORT`
 */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(explained(error, port));
    };
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
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
