import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { inject, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import * as z from 'zod';
import { serverFrame, type ServerFrame } from '../../functions/relay/server-frames.ts';
import { guestRecord } from '../../local/genesys/guest-record.ts';
import { sealTicket, type TicketClaims } from '../../functions/relay/ticket.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';

/** The world as the end-to-end tests see it: clients at one end, the simulated org at the other. */
export const local = inject('local');

export type Guest = z.infer<typeof guestRecord>;

const orgMessage = z.object({
  seq: z.number(),
  via: z.string(),
  method: z.string().optional(),
  path: z.string().optional(),
  status: z.number().optional(),
  body: z.unknown(),
  authorization: z.string().optional(),
});
export type OrgMessage = z.infer<typeof orgMessage>;

export async function control(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${local.genesys}/control/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok)
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** A new guest in a conversation of its own. */
export const newGuest = async (options: object = {}): Promise<Guest> =>
  guestRecord.parse(await control('POST', 'guests', options));

/**
 * What has arrived at the org for this guest so far. An environment whose token another test revoked is answered 401
 * once and comes again: that is left out, except where a test is about it.
 */
export async function arrived(
  { conversationId }: Guest,
  also: { refused401?: true } = {},
): Promise<OrgMessage[]> {
  const answer = await control('GET', `messages?conversationId=${conversationId}`);
  const { messages } = z.object({ messages: z.array(orgMessage) }).parse(answer);
  return messages.filter(({ status }) => also.refused401 === true || status !== 401);
}

/** The same, once it is at least so much. Fails when it stays less. */
export async function arrivals(guest: Guest, count: number): Promise<OrgMessage[]> {
  const all = async () => {
    const messages = await arrived(guest);
    return messages.length >= count ? messages : undefined;
  };
  return vi.waitUntil(all, { timeout: 15_000, interval: 20 });
}

/** Whether the agent's screen shows the guest's bubble. */
export async function bubble({ conversationId }: Guest): Promise<boolean> {
  const answer = await control('GET', `conversations/${conversationId}`);
  return z.object({ guestTyping: z.boolean() }).parse(answer).guestTyping;
}

/** Replaces the faults of this guest's conversation. */
export const setFaults = ({ conversationId }: Guest, ...faults: object[]): Promise<unknown> =>
  control('PUT', `faults?scope=${conversationId}`, { faults });

/** The org ends the guest's open sockets with a close frame, and the far ends have answered it. */
export async function closeGuestSockets({ conversationId }: Guest): Promise<void> {
  await control('POST', 'sockets/close', { conversationId, how: 'close' });
  const open = async () =>
    z.object({ open: z.number() }).parse(await control('GET', `sockets?conversationId=${conversationId}`))
      .open;
  await vi.waitUntil(async () => (await open()) === 0, { timeout: 10_000 });
}

/** Runs `act` while the whole org has a fault and knows none of the access tokens that it gave before. */
export async function withOrgFault(fault: object, act: () => Promise<void>): Promise<void> {
  await control('POST', 'tokens/revoke');
  await control('PUT', 'faults', { faults: [fault] });
  try {
    await act();
  } finally {
    await control('DELETE', 'faults');
  }
}

/** Everything that arrived at the org from anybody. */
export async function arrivedFromAll(): Promise<OrgMessage[]> {
  return z.object({ messages: z.array(orgMessage) }).parse(await control('GET', 'messages')).messages;
}

type Upstream = TicketClaims['upstream'];

export const typingFrame = ({ socketUrl }: Guest): Upstream => ({ kind: 'typing-frame', socketUrl });

export const participantState = ({ conversationId, participantId }: Guest): Upstream => ({
  kind: 'participant-state',
  conversationId,
  participantId,
});

export const webMessaging = ({ deploymentId, guestToken }: Guest): Upstream => ({
  kind: 'web-messaging',
  deploymentId,
  token: guestToken,
});

export const openMessaging = ({ integrationId, openUserId }: Guest): Upstream => ({
  kind: 'open-messaging',
  integrationId,
  userId: openUserId,
});

export const agentCommunication = ({ conversationId, agentCommunicationId }: Guest): Upstream => ({
  kind: 'agent-communication',
  conversationId,
  communicationId: agentCommunicationId,
});

/** A ticket as a customer's backend would make it. */
export function newTicket(upstream: Upstream, changes: Partial<TicketClaims> = {}): Promise<string> {
  const keys = ticketKeys.parse(JSON.parse(readFileSync(local.ticketKeyFile, 'utf8')));
  const iat = Math.floor(Date.now() / 1000);
  return sealTicket(keys, { sub: 'guest', iat, exp: iat + 300, jti: randomUUID(), upstream, ...changes });
}

/** Every frame that any client of this file was sent, for the test that looks for secrets. */
export const framesSeen: string[] = [];

export interface Client {
  socket: WebSocket;
  send: (frame: object | string) => void;
  /** The next frame that the relay sends, in order. */
  next: () => Promise<ServerFrame>;
  /** Sends a frame and waits for the answer. */
  ask: (frame: object | string) => Promise<ServerFrame>;
}

type Way = 'subprotocol' | 'header' | 'query';

/** Opens a connection with a ticket in one of its three places; rejects with the status of a refused upgrade. */
export async function connect(
  ticket: string | undefined,
  way: Way = 'subprotocol',
  gateway = local.gateway,
): Promise<Client> {
  const url = way === 'query' && ticket !== undefined ? `${gateway}?ticket=${ticket}` : gateway;
  const subprotocols =
    way === 'subprotocol' ? ['typing-relay', ...(ticket === undefined ? [] : [ticket])] : [];
  const headers = way === 'header' && ticket !== undefined ? { Authorization: `Bearer ${ticket}` } : {};
  const socket = new WebSocket(url, subprotocols, { headers });
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    framesSeen.push(data.toString());
    const frame: unknown = JSON.parse(data.toString());
    const tell = waiting.shift();
    if (tell) tell(frame);
    else frames.push(frame);
  });
  onTestFinished(() => {
    socket.terminate();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      reject(new Error(`refused with ${response.statusCode ?? 0}`));
    });
    socket.once('error', reject);
  });
  const send = (frame: object | string): void => {
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  };
  // A frame that is none of the relay's own, such as API Gateway's "Internal server error", fails the reader.
  const next = async (): Promise<ServerFrame> =>
    serverFrame.parse(frames.shift() ?? (await new Promise((resolve) => waiting.push(resolve))));
  return {
    socket,
    send,
    next,
    ask: (frame) => {
      send(frame);
      return next();
    },
  };
}

/** Types on until an "on" goes upstream: two of them lie a second apart at least. */
export async function untilForwarded(client: Client): Promise<void> {
  await vi.waitUntil(
    async () => {
      const answer = await client.ask(typing(true, randomUUID()));
      // A check that found the org away is not made again within a second either.
      if (answer.type === 'error' && answer.error.code === 'upstream_unavailable') return false;
      if (answer.type !== 'ack') throw new Error(`no ack but ${JSON.stringify(answer)}`);
      return answer.outcome === 'forwarded';
    },
    { timeout: 10_000, interval: 250 },
  );
}

/** A client that may type for this upstream. */
export const connectFor = async (upstream: Upstream): Promise<Client> => connect(await newTicket(upstream));

export const typing = (isTyping: boolean, id?: string): object => ({
  type: 'typing',
  data: { isTyping },
  ...(id !== undefined && { id }),
});

/** A way to a URL that can be cut without the far end's notice, as a network does that vanishes. */
export async function cuttable(
  target: string,
): Promise<{ url: string; cut: () => void; open: () => boolean }> {
  const { hostname, port } = new URL(target);
  const far: Socket[] = [];
  const server = createServer((near) => {
    const socket = createConnection(Number(port), hostname);
    far.push(socket);
    for (const end of [near, socket]) end.on('error', () => undefined);
    near.pipe(socket, { end: false });
    socket.pipe(near, { end: false });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of far) socket.destroy();
    server.close();
  });
  const url = new URL(target);
  url.port = String(z.object({ port: z.number() }).parse(server.address()).port);
  return {
    url: url.href,
    cut: () => {
      for (const socket of far) socket.unpipe();
    },
    open: () => far.every(({ destroyed, readyState }) => !destroyed && readyState === 'open'),
  };
}

/** A client in a process of its own, which types as soon as it is connected. */
export async function spawnClient(ticket: string): Promise<ChildProcess> {
  const script = `
    const socket = new (require('ws'))('${local.gateway}', ['typing-relay', '${ticket}']);
    socket.on('open', () => socket.send('${JSON.stringify(typing(true))}', () => console.log('typing')));
  `;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}
