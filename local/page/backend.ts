import type * as z from 'zod/mini';

import type { GuestRecord } from '../genesys/guest-record.ts';
import { guestRecord } from '../genesys/guest-record.ts';
import type { Answer } from '../http/answer.ts';
import { parseJson } from '../json.ts';
import type { UpstreamKind } from './app/wire.ts';
import { guestRequest, messageRequest, TEXT_MAX_LENGTH, ticketRequest, UPSTREAM_KINDS } from './app/wire.ts';

/** Seals a ticket for an upstream session, as a customer's backend does. */
export type SealTicket = (upstream: { kind: string } & Record<string, unknown>) => Promise<string>;

export interface ApiOptions {
  /** The gateway's `ws:` URL, which the page connects to. */
  gatewayUrl: string;
  org: { url: string };
  sealTicket: SealTicket;
}

type Endpoint = (body: unknown) => Promise<object>;

const ORG_DEADLINE_MS = 10_000;

/** A call that is refused; the message is a sentence for the reader. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/**
 * Makes what answers `POST /api/…`. It plays the customer's backend: guests' tokens stay here.
 * The answer is undefined for a path that is none of its own.
 */
export function makeApi(options: ApiOptions): (path: string, body: string) => Promise<Answer> | undefined {
  const endpoints = makeEndpoints(options);
  return (path, body) => {
    const endpoint = endpoints.get(path);
    return endpoint && answer(endpoint, body);
  };
}

async function answer(endpoint: Endpoint, body: string): Promise<Answer> {
  try {
    return { status: 200, body: await endpoint(body === '' ? {} : parseJson(body)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: { error: error.message } };
  }
}

function makeEndpoints({ gatewayUrl, org, sealTicket }: ApiOptions): ReadonlyMap<string, Endpoint> {
  const guests = new Map<string, GuestRecord>();
  const guestOf = (conversationId: string): GuestRecord => {
    const guest = guests.get(conversationId);
    if (guest === undefined)
      throw new ApiError(404, 'No guest of this page has that conversation. Reload the page.');
    return guest;
  };

  return new Map<string, Endpoint>([
    [
      '/api/guests',
      async (body) => {
        parse(guestRequest, body, 'The body is {} or empty.');
        const guest = guestRecord.parse(await callOrg(`${org.url}/control/guests`, { method: 'POST' }));
        guests.set(guest.conversationId, guest);
        const { conversationId, participantId, guestId } = guest;
        return { conversationId, participantId, guestId, gateway: gatewayUrl };
      },
    ],
    [
      '/api/tickets',
      async (body) => {
        const usage = `The body is {"kind","conversationId"}, with a kind of ${UPSTREAM_KINDS.join(' or ')}.`;
        const { kind, conversationId } = parse(ticketRequest, body, usage);
        return { ticket: await sealTicket(sessionOf(kind, guestOf(conversationId))) };
      },
    ],
    [
      '/api/messages',
      async (body) => {
        const usage = `The body is {"conversationId","text"}, with a text of 1 to ${TEXT_MAX_LENGTH} characters.`;
        const { conversationId, text } = parse(messageRequest, body, usage);
        await sendText(org.url, guestOf(conversationId), text);
        return { delivered: true };
      },
    ],
  ]);
}

function parse<T>(schema: z.ZodMiniType<T>, body: unknown, usage: string): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ApiError(400, usage);
  return parsed.data;
}

function sessionOf(
  kind: UpstreamKind,
  { socketUrl, conversationId, participantId }: GuestRecord,
): { kind: string } & Record<string, unknown> {
  switch (kind) {
    case 'typing-frame':
      return { kind, socketUrl };
    case 'participant-state':
      return { kind, conversationId, participantId };
  }
}

/** The guest's own call; the org clears the bubble with it. */
async function sendText(orgUrl: string, { guestToken }: GuestRecord, content: string): Promise<void> {
  await callOrg(`${orgUrl}/api/v2/webmessaging/guests/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${guestToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content }),
  });
}

async function callOrg(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ORG_DEADLINE_MS) }).catch(
    (cause: unknown) => {
      throw new ApiError(502, 'The simulated org does not answer.', cause);
    },
  );
  if (!response.ok) throw new ApiError(502, `The simulated org answered ${response.status}.`);
  return response.json();
}
