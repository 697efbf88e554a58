import { randomUUID } from 'node:crypto';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { sealTicket, type TicketClaims } from '../../functions/relay/ticket.ts';
import type { TicketKeys } from '../../functions/relay/ticket-keys.ts';
import type { Client, OpenOptions, Sockets, Upgrade } from './client.ts';

/** What the suite plays against; a part that is left out has its scenarios skipped. */
export interface Target {
  readonly relay?: { readonly url: string; readonly keys: TicketKeys };
  readonly probe?: { readonly url: string; readonly token: string; readonly httpUrl?: string };
  /** How long a connection may be idle, and live, in ms. */
  readonly limits: { readonly idleMs: number; readonly lifeMs: number };
}

/** The relay as a scenario has it: connections need tickets. */
export interface Relay {
  /** A ticket as a customer's backend would make it, for an upstream that nobody has. */
  readonly ticket: (changes?: Partial<TicketClaims>) => Promise<string>;
  /** Opens a connection; with a ticket of its own unless one is given. */
  readonly open: (ticket?: string) => Promise<Client>;
  /** Asks for a connection: with this ticket as a subprotocol, or without any. */
  readonly upgrade: (ticket?: string) => Promise<Upgrade>;
}

/** What the probe's authorizer and `$connect` do: see probe/functions/events.ts. `token` is added. */
export type Wishes = Readonly<Record<string, string>>;

export interface Probe extends Pick<Target, 'limits'> {
  readonly open: (wishes?: Wishes, options?: OpenOptions) => Promise<Client>;
  readonly upgrade: (wishes?: Wishes, options?: OpenOptions) => Promise<Upgrade>;
  /** Asks for a connection without the token. */
  readonly upgradeWithoutToken: () => Promise<Upgrade>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface Http {
  readonly fetch: (path: string, init?: RequestInit) => Promise<HttpAnswer>;
}

export function makeRelay({ url, keys }: NonNullable<Target['relay']>, sockets: Sockets): Relay {
  const ticket = (changes: Partial<TicketClaims> = {}): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    const upstream = { kind: 'participant-state', conversationId: randomUUID(), participantId: randomUUID() };
    const claims = { sub: 'scenario', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
    return sealTicket(keys, { ...claims, ...changes });
  };
  const offer = (one: string | undefined): OpenOptions => ({
    protocols: ['typing-relay', ...(one === undefined ? [] : [one])],
  });
  return {
    ticket,
    open: async (one) => sockets.open(url, offer(one ?? (await ticket()))),
    upgrade: (one) => sockets.upgrade(url, offer(one)),
  };
}

export function makeProbe(
  { url, token }: NonNullable<Target['probe']>,
  limits: Target['limits'],
  sockets: Sockets,
): Probe {
  const urlFor = (wishes: Wishes = {}): string =>
    `${url}?${new URLSearchParams({ token, ...wishes }).toString()}`;
  return {
    limits,
    open: (wishes, options) => sockets.open(urlFor(wishes), options),
    upgrade: (wishes, options) => sockets.upgrade(urlFor(wishes), options),
    upgradeWithoutToken: () => sockets.upgrade(url),
  };
}

export function makeHttp(httpUrl: string, token: string, sockets: Sockets): Http {
  return {
    fetch: async (path, { headers, ...init } = {}) => {
      const withToken = new Headers(headers);
      withToken.set('x-probe-token', token);
      const asked = fetch(`${httpUrl}${path}`, { ...init, headers: withToken });
      const answer = await sockets.waitFor('the HTTP answer', asked);
      return {
        status: answer.status,
        headers: answer.headers,
        body: Buffer.from(await sockets.waitFor('the HTTP body', answer.arrayBuffer())),
      };
    },
  };
}
