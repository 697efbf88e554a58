import { once } from 'node:events';

import { WebSocket } from 'ws';
import * as z from 'zod/mini';

import { parseJson } from '../json.ts';
import type { GuestRecord } from './guest-record.ts';
import { guestRecord } from './guest-record.ts';
import type { Org, OrgOptions } from './org.ts';
import { startOrg } from './org.ts';
import type { Screen } from './org-events.ts';

/** For tests: an org on a free port, and the calls that they make over real HTTP and real sockets. */
export const oauthClient = { clientId: 'relay', clientSecret: 'relay-secret' };

export const unknownId = '00000000-0000-4000-8000-00000000dead';

export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

const messageSchema = z.object({
  seq: z.number(),
  at: z.string(),
  via: z.string(),
  method: z.optional(z.string()),
  path: z.optional(z.string()),
  status: z.optional(z.number()),
  body: z.unknown(),
  conversationId: z.optional(z.string()),
  guestId: z.optional(z.string()),
  authorization: z.optional(z.string()),
});
const pageSchema = z.object({ messages: z.array(messageSchema), last: z.number() });
const screenSchema = z.object({
  guestTyping: z.boolean(),
  agentTyping: z.boolean(),
  messages: z.array(z.object({ text: z.string(), at: z.string() })),
});
const tokenSchema = z.object({ access_token: z.string() });
const clientSchema = z.object({
  clientId: z.string(),
  clientSecret: z.string(),
  scopes: z.array(z.string()),
});
const errorSchema = z.object({
  status: z.number(),
  code: z.string(),
  message: z.string(),
  contextId: z.string(),
  messageParams: z.object({ permissions: z.optional(z.string()) }),
});

/** The error of an answer, whose correlation id has to be the header's. */
export function orgErrorOf({ headers, body }: Reply): z.infer<typeof errorSchema> {
  const error = errorSchema.parse(body);
  if (headers.get('ININ-Correlation-Id') !== error.contextId) throw new Error('contextId is not the header');
  return error;
}

export interface TestOrg extends Org {
  call(method: string, path: string, options?: { token?: string; body?: unknown }): Promise<Reply>;
  loginAs(client: { clientId: string; clientSecret: string }, form?: string): Promise<Reply>;
  /** The access token of a client, by default the relay's. */
  token(client?: { clientId: string; clientSecret: string }): Promise<string>;
  /** Calls the control API and takes no refusal. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  guest(options?: object): Promise<GuestRecord>;
  /** A guest of a deployment of its own, with these settings. */
  guestOfDeployment(settings: object): Promise<GuestRecord>;
  /** A guest of open messaging, of an integration of its own with these settings. */
  openGuest(settings?: object): Promise<GuestRecord>;
  client(scopes: string[]): Promise<z.infer<typeof clientSchema>>;
  participant(guest: GuestRecord, state: string, token: string, participantId?: string): Promise<Reply>;
  screen(guest: GuestRecord): Promise<z.infer<typeof screenSchema>>;
  /** Resolves once the screen is like this, which it may be already. */
  screenWith(guest: GuestRecord, wanted: Partial<Screen>): Promise<Screen>;
  /** Waits for that many messages of a conversation, or of the whole org. */
  messages(options: {
    conversationId?: string;
    count?: number;
    after?: number;
    waitMs?: number;
  }): Promise<z.infer<typeof pageSchema>>;
  faults(faults: unknown[], scope?: string): Promise<Reply>;
  /** Resolves once the guest's socket is open. */
  socket(guest: GuestRecord): Promise<WebSocket>;
}

/** Starts an org for a test. */
export async function startTestOrg(options: Pick<OrgOptions, 'now'> = {}): Promise<TestOrg> {
  const org = await startOrg({ port: 0, oauthClient, ...options });

  const call: TestOrg['call'] = async (method, path, { token, body } = {}) => {
    const response = await fetch(org.url + path, {
      method,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: jsonOrText(await response.text()) };
  };

  const loginAs: TestOrg['loginAs'] = async (client, form = 'grant_type=client_credentials') => {
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
    const response = await fetch(`${org.url}/oauth/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}`, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    return { status: response.status, headers: response.headers, body: jsonOrText(await response.text()) };
  };

  const control: TestOrg['control'] = async (method, path, body) => {
    const reply = await call(method, `/control/${path}`, { body });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };

  const guest: TestOrg['guest'] = async (guestOptions = {}) =>
    guestRecord.parse(await control('POST', 'guests', guestOptions));

  return {
    ...org,
    call,
    loginAs,
    control,
    guest,
    async guestOfDeployment(settings) {
      const made = z.object({ deploymentId: z.string() });
      return guest(made.parse(await control('POST', 'deployments', settings)));
    },
    async openGuest(settings = {}) {
      const made = z.object({ integrationId: z.string() });
      return guest({ ...made.parse(await control('POST', 'integrations', settings)), channel: 'open' });
    },
    token: async (client = oauthClient) => tokenSchema.parse((await loginAs(client)).body).access_token,
    client: async (scopes) =>
      clientSchema.parse((await call('POST', '/control/clients', { body: { scopes } })).body),
    participant: (guest, state, token, participantId = guest.participantId) =>
      call('POST', `/api/v2/conversations/${guest.conversationId}/participants/${participantId}`, {
        token,
        body: { routing: { priority: 0 }, state },
      }),
    screen: async ({ conversationId }) =>
      screenSchema.parse((await call('GET', `/control/conversations/${conversationId}`)).body),
    screenWith: ({ conversationId }, wanted) => screenWith(org, conversationId, wanted),
    messages: async ({ conversationId, count = 1, after = 0, waitMs = 10_000 }) => {
      const query = new URLSearchParams({
        count: String(count),
        after: String(after),
        waitMs: String(waitMs),
        ...(conversationId === undefined ? {} : { conversationId }),
      });
      return pageSchema.parse((await call('GET', `/control/messages?${query.toString()}`)).body);
    },
    faults: (faults, scope) =>
      call('PUT', `/control/faults${scope === undefined ? '' : `?scope=${scope}`}`, { body: { faults } }),
    socket: async ({ socketUrl }) => {
      const socket = new WebSocket(socketUrl);
      await once(socket, 'open');
      return socket;
    },
  };
}

function screenWith(org: Org, conversationId: string, wanted: Partial<Screen>): Promise<Screen> {
  const fits = (screen: Screen): boolean =>
    screen.conversationId === conversationId &&
    Object.entries({ ...screen, ...wanted }).every(([name, value]) => Reflect.get(screen, name) === value);
  const now = org.currentScreen(conversationId);
  if (now !== undefined && fits(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const stop = org.onEvent((event) => {
      if (event.type !== 'screen' || !fits(event)) return;
      stop();
      resolve(event);
    });
  });
}

function jsonOrText(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** The status with which an upgrade is refused, 0 when the connection just ends. */
export function refusal(url: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      reject(new Error('the upgrade was accepted'));
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => {
      resolve(0);
    });
  });
}

/** Sends a frame, objects as JSON. */
export function sendFrame(socket: WebSocket, frame: unknown): void {
  socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
}

export const typingFrame = (isTyping: boolean): object => ({ type: 'typing', data: { isTyping } });
