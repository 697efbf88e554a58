import { randomUUID } from 'node:crypto';
import type * as z from 'zod/mini';

import type { GuestRecord } from '../genesys/guest-record.ts';
import type { Answer } from '../http/answer.ts';
import { parseJson } from '../json.ts';
import type { UpstreamKind } from './app/wire.ts';
import {
  agentTypingRequest,
  cutRequest,
  faultRequest,
  guestRequest,
  messageRequest,
  ORG_FAULTS,
  TEXT_MAX_LENGTH,
  ticketRequest,
  UPSTREAM_KINDS,
} from './app/wire.ts';
import type { Upstream } from './customer.ts';
import { faultsOf, sessionOf } from './customer.ts';
import { ApiError, makeOrgCalls } from './org-calls.ts';

/**
 * Seals a ticket for an upstream session, as a customer's backend does.
 * @param holder its `sub`
 */
export type SealTicket = (upstream: Upstream, holder: string) => Promise<string>;

export interface ApiOptions {
  /** The gateway's `ws:` URL, which the page connects to. */
  gatewayUrl: string;
  org: { url: string };
  sealTicket: SealTicket;
  /** Ends a connection at the gateway with no close frame; false where there is none. */
  cut: (connectionId: string) => boolean;
  /** Readies what the first key of a conversation will need. */
  warm?: () => void;
}

type Endpoint = (body: unknown) => Promise<object>;

/**
 * Makes what answers `POST /api/…`. It plays the customer's backend: guests' tokens stay here.
 * The answer is undefined for a path that is none of its own.
 */
export function makeApi(options: ApiOptions): (path: string, body: string) => Promise<Answer> | undefined {
  const endpoints = makeEndpoints(options);
  return (path, body) => {
    const endpoint = endpoints[path];
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

interface PageGuest {
  guest: GuestRecord;
  kind: UpstreamKind;
}

const DONE = { done: true };

function makeEndpoints({
  gatewayUrl,
  org,
  sealTicket,
  cut,
  warm = () => undefined,
}: ApiOptions): Readonly<Partial<Record<string, Endpoint>>> {
  const calls = makeOrgCalls(org.url);
  const guests = new Map<string, PageGuest>();
  const guestOf = (conversationId: string): PageGuest => {
    const found = guests.get(conversationId);
    if (found === undefined)
      throw new ApiError(404, 'No guest of this page has that conversation. Reload the page.');
    return found;
  };

  return {
    '/api/guests': async (body) => {
      const { kind } = parse(guestRequest, body, `{"kind"}, with a kind of ${listed(UPSTREAM_KINDS)}`);
      warm();
      const guest = await calls.createGuest(kind === 'open-messaging' ? 'open' : 'webmessaging');
      const { conversationId, deploymentId, openUserId } = guest;
      guests.set(conversationId, { guest, kind });
      return { conversationId, deploymentId, openUserId, gateway: gatewayUrl };
    },
    '/api/tickets': async (body) => {
      const usage = '{"conversationId","mismatched"}, the second as you like';
      const { conversationId, mismatched = false } = parse(ticketRequest, body, usage);
      const { guest, kind } = guestOf(conversationId);
      const holder = randomUUID();
      return { ticket: await sealTicket(sessionOf(kind, guest, mismatched), holder), holder };
    },
    '/api/messages': async (body) => {
      const usage = `{"conversationId","from","text"}, from guest or agent, with a text of 1 to ${TEXT_MAX_LENGTH} characters`;
      const { conversationId, from, text } = parse(messageRequest, body, usage);
      const { guest } = guestOf(conversationId);
      await (from === 'guest' ? calls.guestWrites(guest, text) : calls.agentWrites(guest, text));
      return DONE;
    },
    '/api/agent-typing': async (body) => {
      const { conversationId } = parse(agentTypingRequest, body, '{"conversationId"}');
      await calls.agentTypes(guestOf(conversationId).guest);
      return DONE;
    },
    '/api/faults': async (body) => {
      const usage = `{"conversationId","fault"}, with a fault of ${listed(ORG_FAULTS)}`;
      const { conversationId, fault } = parse(faultRequest, body, usage);
      const { guest, kind } = guestOf(conversationId);
      await calls.setFaults(guest, faultsOf(fault, kind));
      return DONE;
    },
    '/api/cut': (body) => {
      const { connectionId } = parse(cutRequest, body, '{"connectionId"}');
      return Promise.resolve({ done: cut(connectionId) });
    },
  };
}

const listed = (words: readonly string[]): string => words.join(', ');

/** @param usage what the body is */
function parse<T>(schema: z.ZodMiniType<T>, body: unknown, usage: string): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ApiError(400, `The body is ${usage}.`);
  return parsed.data;
}
