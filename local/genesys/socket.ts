import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import * as z from 'zod/mini';

import type { Answer } from '../http/answer.ts';
import { refuse } from '../http/answer.ts';
import { match, parseTarget } from '../http/routing.ts';
import { parseJson } from '../json.ts';
import { faultAnswer } from './faults.ts';
import type { GuestRecord } from './guest-record.ts';
import { keepable } from './journal.ts';
import { orgError } from './org-error.ts';
import type { OrgPorts } from './ports.ts';

export interface GuestSockets {
  /** Answers an upgrade; rejects when the org was closed in between. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** How many are open, and were ever opened; of one conversation, or of all. */
  count(conversationId?: string): { open: number; opened: number };
  /** Closes the open ones of a conversation; answers how many. */
  close(conversationId: string, how: 'close' | 'terminate'): number;
}

/** The frames that the thread names; what else a guest sends is ignored in silence. */
const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('typing'), data: z.object({ isTyping: z.boolean() }) }),
  z.object({ type: z.literal('message'), data: z.object({ text: z.string().check(z.minLength(1)) }) }),
]);

const MAX_FRAME_BYTES = 1024 * 1024;
const routes = [{ method: 'GET', path: '/guests/:guestId/socket' }];

const end = {
  close: (socket: WebSocket): void => {
    socket.close(1000);
  },
  terminate: (socket: WebSocket): void => {
    socket.terminate();
  },
};

interface Opened {
  conversationId: string;
  socket: WebSocket;
}

/** The guest socket: typing and messages come in, nothing but pongs goes out. */
export function makeGuestSockets(ports: OrgPorts): GuestSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const open = new Set<Opened>();
  const opened = new Map<string, number>();

  const accept = (socket: WebSocket, guest: GuestRecord): void => {
    const entry = { conversationId: guest.conversationId, socket };
    open.add(entry);
    opened.set(guest.conversationId, (opened.get(guest.conversationId) ?? 0) + 1);
    socket.on('close', () => open.delete(entry));
    readFrames(socket, guest, ports);
  };
  const of = (conversationId?: string): Opened[] =>
    [...open].filter((entry) => conversationId === undefined || entry.conversationId === conversationId);

  return {
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const { guest, allowed, refusal, drop, record } = await judge(request, ports);
      if (drop) {
        record(0);
        socket.destroy();
      } else if (guest === undefined || !allowed) {
        record(refusal.status);
        refuse(socket, refusal);
      } else {
        // ws judges the handshake at once; the listener lets a refusal of its own be recorded too.
        const onBadHandshake = (error: Error): void => {
          record(400);
          refuse(socket, orgError(400, 'bad.request', error.message));
        };
        server.once('wsClientError', onBadHandshake);
        server.handleUpgrade(request, socket, head, (websocket) => {
          record(101);
          accept(websocket, guest);
        });
        server.off('wsClientError', onBadHandshake);
      }
    },
    count(conversationId) {
      const counts = conversationId === undefined ? [...opened.values()] : [opened.get(conversationId) ?? 0];
      return { open: of(conversationId).length, opened: counts.reduce((sum, count) => sum + count, 0) };
    },
    close(conversationId, how) {
      const closing = of(conversationId);
      for (const { socket } of closing) end[how](socket);
      return closing.length;
    },
  };
}

interface Verdict {
  guest: GuestRecord | undefined;
  allowed: boolean;
  refusal: Answer;
  drop: boolean;
  record: (status: number) => void;
}

/** Who wants to connect, and what it is told; follows the fault that is on upgrades. */
async function judge(request: IncomingMessage, ports: OrgPorts): Promise<Verdict> {
  const at = new Date().toISOString();
  const { path, segments, query } = parseTarget(request.url);
  const found = segments && match(routes, 'GET', segments);
  const guest = ports.state.guest(found?.params.get('guestId') ?? '');
  const token = query.get('token') ?? '';
  const known = guest?.guestToken === token;

  const fault = ports.faults.take('upgrade', guest?.conversationId);
  if (fault?.delayMs !== undefined) await ports.wait(fault.delayMs);
  const refusal =
    fault?.status !== undefined
      ? faultAnswer(fault, fault.status, 'upgrade', 'webmessaging:guest:write')
      : found === undefined
        ? orgError(404, 'not.found', 'No socket is offered here.')
        : orgError(403, 'not.authorized', 'The guest is unknown or its token is wrong.');
  return {
    guest,
    allowed: known && fault?.status === undefined,
    refusal,
    drop: fault?.drop === true,
    record(status) {
      ports.journal.record({
        at,
        via: 'upgrade',
        method: request.method ?? '',
        path,
        status,
        body: '',
        ...(guest && { conversationId: guest.conversationId, guestId: guest.guestId }),
        authorization: known ? 'guest' : token === '' ? 'none' : 'unknown',
      });
    },
  };
}

/** Frames of one socket are handled in order, so a delayed one holds up those behind it. */
function readFrames(socket: WebSocket, guest: GuestRecord, ports: OrgPorts): void {
  let before = Promise.resolve();
  let dropped = false;
  socket.on('error', () => {
    socket.terminate();
  });
  socket.on('message', (data, isBinary) => {
    const at = new Date().toISOString();
    before = before
      .then(async () => {
        if (!dropped) dropped = !(await handleFrame(isBinary ? undefined : textOf(data), at, guest, ports));
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

/** Answers whether the socket lives on. */
async function handleFrame(
  text: string | undefined,
  at: string,
  { conversationId, guestId, guestToken }: GuestRecord,
  { state, faults, journal, wait }: OrgPorts,
): Promise<boolean> {
  const fault = faults.take('frame', conversationId);
  if (fault?.delayMs !== undefined) await wait(fault.delayMs);
  const body = text === undefined ? '[binary]' : keepable(text, guestToken);
  const seen = { at, via: 'socket', body, conversationId, guestId, authorization: 'guest' } as const;
  if (fault?.drop === true) {
    journal.record({ ...seen, status: 0 });
    return false;
  }
  journal.record(seen);
  const frame = frameSchema.safeParse(parseJson(text ?? ''));
  if (frame.data?.type === 'typing') state.setTyping(conversationId, frame.data.data.isTyping);
  if (frame.data?.type === 'message') state.addMessage(conversationId, frame.data.data.text);
  return true;
}
