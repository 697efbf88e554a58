import type { RawData, WebSocket } from 'ws';

export interface Frame {
  /** Undefined for a binary one. */
  text: string | undefined;
  /** ISO time of arrival. */
  at: string;
}

/**
 * Frames of one socket are handled in order, so a delayed one holds up those behind it.
 * @param handle answers whether the socket lives on
 */
export function readInOrder(socket: WebSocket, handle: (frame: Frame) => Promise<boolean>): void {
  let before = Promise.resolve();
  let dropped = false;
  socket.on('error', () => {
    socket.terminate();
  });
  socket.on('message', (data, isBinary) => {
    const frame = { text: isBinary ? undefined : textOf(data), at: new Date().toISOString() };
    before = before
      .then(async () => {
        if (!dropped) dropped = !(await handle(frame));
        if (dropped) socket.terminate();
      })
      .catch(() => {
        socket.terminate();
      });
  });
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
