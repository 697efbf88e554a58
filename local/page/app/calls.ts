import type * as z from 'zod/mini';
import type { GuestReply, OrgFault, TicketReply, UpstreamKind } from './wire.ts';
import { doneReply, errorReply, guestReply, ticketReply } from './wire.ts';

/** The calls to the page's server. Each rejects with a sentence for the reader. */

async function post<T>(path: string, body: object, reply: z.ZodMiniType<T>): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new Error('The local run does not answer. Start it with npm start; this page then goes on.', {
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
export async function createGuest(kind: UpstreamKind): Promise<GuestReply> {
  return post('/api/guests', { kind }, guestReply);
}

/** A ticket opens one connection. */
export async function fetchTicket(conversationId: string, mismatched: boolean): Promise<TicketReply> {
  return post('/api/tickets', { conversationId, mismatched }, ticketReply);
}

export async function sendMessage(
  conversationId: string,
  from: 'guest' | 'agent',
  text: string,
): Promise<void> {
  await post('/api/messages', { conversationId, from, text }, doneReply);
}

/** The agent types, at the org. */
export async function agentTypes(conversationId: string): Promise<void> {
  await post('/api/agent-typing', { conversationId }, doneReply);
}

export async function setFault(conversationId: string, fault: OrgFault): Promise<void> {
  await post('/api/faults', { conversationId, fault }, doneReply);
}

/** Ends a connection as a network does that vanishes; false where there is none. */
export async function cutConnection(connectionId: string): Promise<boolean> {
  return (await post('/api/cut', { connectionId }, doneReply)).done;
}

/** The sentence of what a call was rejected with. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The page’s server did not answer.';
}
