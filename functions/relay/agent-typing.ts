import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import {
  AGENT_TYPING_MAX_MS,
  AGENT_TYPING_MS,
  CONNECTING_MS,
  WEBHOOK_AGE_MAX_MS,
  WEBHOOK_BODY_MAX_BYTES,
} from './constants.ts';
import { describe } from './errors.ts';
import { openInbox } from './inbox.ts';
import { orNothing } from './or-nothing.ts';
import type { ServerFrame } from './server-frames.ts';

/** The webhook's secret, which the operator also gives to the integration; the one before it while they change it. */
export const webhookSecrets = z.object({
  secret: z.string().check(z.minLength(16)),
  previous: z.optional(z.string().check(z.minLength(16))),
});
export type WebhookSecrets = z.infer<typeof webhookSecrets>;

/**
 * What an open messaging integration sends out; only what is read; what is absent may be null as well.
 * Source: developer.genesys.cloud, openmessaging/outboundMessages; gildas/go-gcloudcx, openmessaging-outbound-event-typing.json.
 */
const outbound = z.catch(
  z.object({
    type: orNothing(z.string()),
    direction: orNothing(z.string()),
    channel: orNothing(
      z.object({
        id: orNothing(z.string()),
        from: orNothing(z.object({ id: orNothing(z.string()) })),
        to: orNothing(z.object({ id: orNothing(z.string()) })),
        time: orNothing(z.string()),
      }),
    ),
    events: orNothing(
      z.array(
        z.object({
          eventType: orNothing(z.string()),
          typing: orNothing(z.object({ type: orNothing(z.string()), duration: orNothing(z.number()) })),
        }),
      ),
    ),
  }),
  {},
);
type Outbound = z.infer<typeof outbound>;

/** A guest's connection, as $connect noted it. */
export interface Listener {
  connectionId: string;
  /** Epoch milliseconds. */
  connectedAt: number;
}

export interface AgentTypingPorts {
  /** Whether a body was signed with the secret that `matches` accepts; asks for fresh ones before it says no. */
  withSecrets: (matches: (secrets: WebhookSecrets) => boolean) => Promise<boolean>;
  listeners: (inbox: string) => Promise<Listener[]>;
  forget: (inbox: string, connectionId: string) => Promise<void>;
  push: (connectionId: string, frame: ServerFrame) => Promise<'sent' | 'gone'>;
  now: () => number;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** What became of a delivery: the status for Genesys, and a word for the metrics. */
export interface Receipt {
  status: 200 | 401 | 413 | 400;
  outcome: 'too_large' | 'bad_signature' | 'bad_json' | 'other_event' | 'outdated' | 'nobody' | 'pushed';
}

/** One delivery of the webhook: the raw body, since the signature is over that and not over what it means. */
export interface Delivered {
  body: Buffer;
  signature: string | undefined;
  requestId: string;
}

/** Brings an agent's typing to every connection of the guest that it is for. @throws Error when a port fails */
export function makeAgentTyping(ports: AgentTypingPorts): (delivered: Delivered) => Promise<Receipt> {
  const { withSecrets, listeners, forget, push, now, warn } = ports;

  async function tell(
    inbox: string,
    { connectionId, connectedAt }: Listener,
    frame: ServerFrame,
  ): Promise<boolean> {
    try {
      if ((await push(connectionId, frame)) === 'sent') return true;
      // $connect notes a connection before its socket is up: one so young is not gone but not there yet.
      if (now() - connectedAt > CONNECTING_MS) await forget(inbox, connectionId);
    } catch (error) {
      warn('push_failed', { connectionId, cause: describe(error) });
    }
    return false;
  }

  return async ({ body, signature, requestId }) => {
    if (body.length > WEBHOOK_BODY_MAX_BYTES) return { status: 413, outcome: 'too_large' };
    // What bears no signature at all is not worth a look at the secret.
    const given = digestIn(signature);
    if (!given || !(await withSecrets((secrets) => isSigned(body, given, secrets)))) {
      warn('webhook_refused', {
        requestId,
        reason: signature === undefined ? 'no signature' : 'wrong signature',
      });
      return { status: 401, outcome: 'bad_signature' };
    }
    const event = parse(body);
    if (!event) return { status: 400, outcome: 'bad_json' };
    const duration = typingDuration(event);
    if (duration === undefined) return { status: 200, outcome: 'other_event' };
    const expiresInMs = remaining(event, duration, now());
    if (expiresInMs === undefined) return { status: 200, outcome: 'outdated' };
    const frame: ServerFrame = { type: 'typing', data: { isTyping: true, expiresInMs } };
    const told = await Promise.all(
      inboxesOf(event).map(async (inbox) => {
        const found = await listeners(inbox);
        return Promise.all(found.map((listener) => tell(inbox, listener, frame)));
      }),
    );
    return { status: 200, outcome: told.flat().includes(true) ? 'pushed' : 'nobody' };
  };
}

/** The HMAC behind `sha256=`, in hex; in base64 as well, since Genesys' page does not say which. */
function digestIn(signature = ''): Buffer | undefined {
  const text = /^sha256=([\w+/=-]{43,64})$/.exec(signature)?.[1];
  return text === undefined ? undefined : Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
}

/** Whether one of the secrets made it; both are compared, and each in constant time. */
function isSigned(body: Buffer, given: Buffer, { secret, previous }: WebhookSecrets): boolean {
  const mine = [secret, previous ?? secret].map((key) => createHmac('sha256', key).update(body).digest());
  return mine
    .map((expected) => given.length === expected.length && timingSafeEqual(given, expected))
    .includes(true);
}

function parse(body: Buffer): Outbound | undefined {
  try {
    return outbound.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** How long an agent's typing event shows, in milliseconds; undefined for whatever is none. */
function typingDuration({ type, direction, events }: Outbound): number | undefined {
  if (type !== 'Event' || direction === 'Inbound') return undefined;
  const typing = events?.find(({ eventType }) => eventType === 'Typing');
  // "Off" was taken out of the contract; one that comes all the same is not to be shown as typing.
  if (!typing || typing.typing?.type === 'Off') return undefined;
  return Math.min(typing.typing?.duration ?? AGENT_TYPING_MS, AGENT_TYPING_MAX_MS);
}

/** What is left of the time that an event shows: one that is sent again cannot prolong it. Undefined when it is over. */
function remaining({ channel }: Outbound, duration: number, now: number): number | undefined {
  const age = now - Date.parse(channel?.time ?? '');
  if (!(Math.abs(age) <= WEBHOOK_AGE_MAX_MS)) return undefined;
  const left = Math.min(duration, duration - age);
  return left > 0 ? Math.round(left) : undefined;
}

/** The integration stands in two places, of which neither is said to be always there. */
function inboxesOf({ channel }: Outbound): string[] {
  const user = channel?.to?.id;
  if (typeof user !== 'string') return [];
  const integrations = new Set([channel?.id, channel?.from?.id].filter((id) => typeof id === 'string'));
  return [...integrations].map((integration) => openInbox(integration, user));
}
