import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { REFUSAL_WAIT_MS, SOCKETS_MAX } from '../../../functions/relay/constants.ts';
import { FrameError, unavailable } from './errors.ts';

const OPTIONS = { perMessageDeflate: false, maxPayload: 131_072 };

async function open(url: string, deadline: number): Promise<WebSocket> {
  const socket = new WebSocket(url, {
    ...OPTIONS,
    headers: { Origin: new URL(url).hostname },
    handshakeTimeout: Math.max(1, deadline - Date.now()),
  });
  // One that fails later is replaced by the next message.
  socket.on('error', () => undefined);
  await once(socket, 'open').catch((error: unknown) => {
    throw unavailable(error);
  });
  return socket;
}

const write = (socket: WebSocket, frame: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(JSON.stringify(frame), (error) => {
      if (error) reject(unavailable(error));
      else resolve();
    });
  });

/** Sockets that stay open between messages, by their URL. */
const sockets = new Map<string, WebSocket>();

/** Sends one frame on the socket of this URL, which is opened unless it is open. @throws FrameError */
export async function sendFrame(url: string, frame: unknown, deadline: number): Promise<void> {
  let socket = sockets.get(url);
  if (socket?.readyState !== WebSocket.OPEN) {
    socket = await open(url, deadline);
    sockets.set(url, socket);
    const [oldest] = sockets.keys();
    if (sockets.size > SOCKETS_MAX && oldest !== undefined) {
      sockets.get(oldest)?.close(1_000);
      sockets.delete(oldest);
    }
  }
  await write(socket, frame);
}

const incoming = z.object({ class: z.string(), code: z.number(), body: z.unknown() });

/** Hears what a web messaging session says, until `wanted` or for so long. @throws FrameError when it is refused */
function hear(socket: WebSocket, wanted: (name: string) => boolean, ms: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (heard: boolean): void => {
      clearTimeout(timer);
      socket.off('message', onMessage);
      resolve(heard);
    };
    const timer = setTimeout(end, Math.max(0, ms), false);
    const onMessage = (data: Buffer): void => {
      const frame = incoming.safeParse(JSON.parse(data.toString()));
      if (!frame.success) return;
      if (frame.data.code >= 400) {
        end(false);
        reject(new FrameError('upstream_rejected', `Web messaging refused it with ${frame.data.code}.`));
      } else if (wanted(frame.data.class)) end(true);
    };
    socket.on('message', onMessage);
  });
}

interface Guest {
  url: string;
  deploymentId: string;
  token: string;
}

/** Says one thing as the guest, on a socket that is opened and closed for it. @throws FrameError */
export async function sayAsGuest(guest: Guest, message: unknown, deadline: number): Promise<void> {
  const { deploymentId, token } = guest;
  const query = `deploymentId=${encodeURIComponent(deploymentId)}&application=typing-relay`;
  const socket = await open(`${guest.url}?${query}`, deadline);
  try {
    const configured = hear(socket, (name) => name === 'SessionResponse', deadline - Date.now());
    const tracingId = randomUUID();
    await write(socket, { action: 'configureSession', deploymentId, token, startNew: false, tracingId });
    if (!(await configured)) throw unavailable(new Error('the session was not configured in time'));
    const refusal = hear(socket, () => false, REFUSAL_WAIT_MS);
    await write(socket, { token, tracingId: randomUUID(), action: 'onMessage', message });
    await refusal;
  } finally {
    const closed = once(socket, 'close');
    socket.close(1_000);
    await closed;
  }
}
