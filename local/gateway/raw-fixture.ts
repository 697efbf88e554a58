import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { open } from '../http/fixture.ts';

/** An upgrade request as text; what is said beyond it stands after its own headers. */
export function upgradeRequest(...headers: string[]): string {
  const key = randomBytes(16).toString('base64');
  const own = ['Host: test', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  return ['GET /live HTTP/1.1', ...own, `Sec-WebSocket-Key: ${key}`, ...headers, '', ''].join('\r\n');
}

/** Opens a socket whose frames are written byte by byte, for what no client sends. */
export async function connectRaw(url: string): Promise<Socket> {
  const socket = await open(url);
  socket.write(upgradeRequest());
  await once(socket, 'data');
  socket.pause();
  return socket;
}

export const OPCODE = { continuation: 0, text: 1, reserved: 3, close: 8, ping: 9 } as const;

/** A client's frame; its mask is nought. */
export function frame(opcode: number, payload: Buffer, final = true): Buffer {
  const { length } = payload;
  const sized =
    length < 126
      ? [length]
      : length < 65536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  const [short = 0, ...long] = sized;
  const header = Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | short, ...long, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}
