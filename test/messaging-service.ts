import type { IncomingMessage } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import * as z from 'zod';
import { serve } from './http-server.ts';

const clientFrame = z.looseObject({ action: z.string(), tracingId: z.string().optional() });
export type ClientFrame = z.infer<typeof clientFrame>;

/** What a test makes of a client's frame; the shapes stand in Genesys' own SDKs. */
export type Answer = (frame: ClientFrame, socket: WebSocket) => void;

/** A frame of the service, as genesys-messenger-transport-mobile-sdk's WebMessagingMessage.kt has it. */
export const serverFrame = (name: string, body: unknown, more: object = {}): string =>
  JSON.stringify({ type: 'response', class: name, code: 200, body, ...more });

export const RESUMED = serverFrame('SessionResponse', { connected: true, newSession: false });

/** Answers configureSession as for a session that goes on, and any message by an echo, so that nobody waits. */
export const obliging: Answer = ({ action, tracingId }, socket) => {
  if (action === 'configureSession') socket.send(RESUMED);
  else socket.send(serverFrame('StructuredMessage', {}, { tracingId }));
};

export interface MessagingService {
  url: string;
  /** Every socket that was opened, with the request that it was opened by. */
  sockets: WebSocket[];
  requests: IncomingMessage[];
  /** Every frame of a client, in the order of arrival. */
  frames: ClientFrame[];
  actions: () => string[];
  /** The code with which the socket of this number was closed, once it is. */
  closeCode: (index: number) => Promise<number | undefined>;
  mutePings: () => void;
}

/** A small web messaging service on loopback that lives as long as the test. */
export async function serveMessaging(answer: Answer = obliging): Promise<MessagingService> {
  const { server, url } = await serve(() => ({ status: 426 }));
  const wss = new WebSocketServer({ server, autoPong: false });
  const service = { sockets: new Array<WebSocket>(), requests: new Array<IncomingMessage>() };
  const frames: ClientFrame[] = [];
  const codes = new Map<number, number>();
  let answersPings = true;
  wss.on('connection', (socket, request) => {
    const index = service.sockets.push(socket) - 1;
    service.requests.push(request);
    socket.on('close', (code) => codes.set(index, code));
    socket.on('error', () => undefined);
    socket.on('ping', (data: Buffer) => {
      if (answersPings) socket.pong(data);
    });
    socket.on('message', (data: Buffer) => {
      const frame = clientFrame.parse(JSON.parse(data.toString()));
      frames.push(frame);
      answer(frame, socket);
    });
  });
  onTestFinished(() => {
    for (const socket of service.sockets) socket.terminate();
    wss.close();
  });
  return {
    ...service,
    url: `${url.replace('http', 'ws')}/v1`,
    frames,
    actions: () => frames.map(({ action }) => action),
    closeCode: (index) => vi.waitUntil(() => codes.get(index), { timeout: 5_000 }),
    mutePings: () => (answersPings = false),
  };
}
