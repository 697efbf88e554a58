import { once } from 'node:events';

import { WebSocket } from 'ws';
import * as z from 'zod/mini';

import type { GuestRecord } from '../guest-record.ts';

/** For tests: a guest's own client of web messaging, with the frames as Genesys' clients send them. */

const serverFrame = z.object({
  type: z.enum(['response', 'message']),
  class: z.string(),
  code: z.number(),
  body: z.unknown(),
  tracingId: z.optional(z.string()),
});
export type ServerFrame = z.infer<typeof serverFrame>;

export interface GuestClient {
  socket: WebSocket;
  send(frame: unknown): void;
  /** The next frame, in order. */
  next(): Promise<ServerFrame>;
  /** Sends a frame and waits for the next one. */
  ask(frame: unknown): Promise<ServerFrame>;
}

/** Resolves once the socket is open; nothing is configured yet. */
export async function openSocket(
  { webMessagingUrl }: Pick<GuestRecord, 'webMessagingUrl'>,
  headers: Record<string, string> = {},
): Promise<GuestClient> {
  const socket = new WebSocket(webMessagingUrl, { headers });
  const frames: ServerFrame[] = [];
  const waiting: ((frame: ServerFrame) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const frame = serverFrame.parse(JSON.parse(data.toString()));
    const tell = waiting.shift();
    if (tell === undefined) frames.push(frame);
    else tell(frame);
  });
  await once(socket, 'open');
  const send: GuestClient['send'] = (frame) => {
    socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  };
  const next: GuestClient['next'] = () => {
    const frame = frames.shift();
    return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
  };
  return {
    socket,
    send,
    next,
    ask(frame) {
      send(frame);
      return next();
    },
  };
}

/** A client that has joined its guest's session. */
export async function join(guest: GuestRecord): Promise<GuestClient> {
  const client = await openSocket(guest);
  const { class: name } = await client.ask(configureSession(guest));
  if (name !== 'SessionResponse') throw new Error(`answered with ${name}`);
  return client;
}

type Holder = Pick<GuestRecord, 'deploymentId' | 'guestToken'>;

export const configureSession = ({ deploymentId, guestToken }: Holder, more: object = {}): object => ({
  action: 'configureSession',
  deploymentId,
  token: guestToken,
  ...more,
});

export const onMessage = (
  { guestToken }: Pick<Holder, 'guestToken'>,
  message: object,
  more: object = {},
): object => ({
  action: 'onMessage',
  token: guestToken,
  message,
  ...more,
});

/** The frame of the official clients, §2.1. */
export const typing = (guest: Pick<Holder, 'guestToken'>, more: object = {}): object =>
  onMessage(guest, { events: [{ eventType: 'Typing', typing: { type: 'On' } }], type: 'Event' }, more);

export const text = (guest: Pick<Holder, 'guestToken'>, words: string, more: object = {}): object =>
  onMessage(guest, { type: 'Text', text: words }, more);

/** By which the clients know the answer to their health check, §1.9: base64 of "HealthCheckMessageId". */
export const HEALTH_CHECK = 'SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=';

export const echo = ({ guestToken }: Pick<Holder, 'guestToken'>): object => ({
  action: 'echo',
  token: guestToken,
  tracingId: HEALTH_CHECK,
  message: { text: 'ping', type: 'Text' },
});
