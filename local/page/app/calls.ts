import type * as z from 'zod/mini';
import type { GuestReply, UpstreamKind } from './wire.ts';
import { errorReply, guestReply, messageReply, ticketReply } from './wire.ts';

/** The calls to the page's server. Each rejects with a sentence for the reader. */

async function post<T>(path: string, body: object, reply: z.ZodMiniType<T>): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new Error('The local run does not answer. Start it with npm start, then reload this page.', {
      cause,
    });
  });
  const answer: unknown = await response.json();
  if (response.ok) return reply.parse(answer);
  throw new Error(
    errorReply.safeParse(answer).data?.error ?? `The page's server answered ${response.status}.`,
  );
}

/** Makes a guest with a conversation of its own. */
export async function createGuest(): Promise<GuestReply> {
  return post('/api/guests', {}, guestReply);
}

/** A ticket opens one connection. */
export async function fetchTicket(kind: UpstreamKind, conversationId: string): Promise<string> {
  return (await post('/api/tickets', { kind, conversationId }, ticketReply)).ticket;
}

export async function sendMessage(conversationId: string, text: string): Promise<void> {
  await post('/api/messages', { conversationId, text }, messageReply);
}
