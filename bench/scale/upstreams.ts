import { AGENT_TYPING_MS, EXPIRY_MS, REFUSAL_WAIT_MS } from '../../functions/relay/constants.ts';
import type { Session } from '../../functions/relay/upstream.ts';
import { openSession } from '../../functions/upstreams/index.ts';

/** One way to show typing, as it is simulated. */
export interface Way {
  name: string;
  /** As a ticket names it. */
  kind: string;
  /** How long the far side shows an "on"; Infinity where it is held. */
  expiryMs: number;
  /** Whether it spends the service account's requests. */
  isRest: boolean;
  /** What a message waits for upstream: round trips, and milliseconds beside them. */
  roundTrips: number;
  waitMs: number;
  /** Environments of the typing function at most. */
  environments: number;
  /** The ticket's fields for a chat, which name the chat. */
  fields: (chat: string) => Record<string, string>;
}

/** TCP, TLS 1.3 and the upgrade: one round trip each. */
const OPEN_TRIPS = 3;

const rest = { isRest: true, roundTrips: 1, waitMs: 0, environments: Infinity } as const;

/** In infra/relay-stack.ts the same number is reserved for the function that keeps web messaging sockets. */
export const KEEPING_ENVIRONMENTS = 2;

const guestSocket = {
  kind: 'web-messaging',
  // Genesys' own clients show it for so long where nothing else is said (EventHandlerImpl.kt).
  expiryMs: AGENT_TYPING_MS,
  isRest: false,
  waitMs: REFUSAL_WAIT_MS,
  fields: (chat: string) => ({ deploymentId: 'deployment', token: chat }),
} as const;

export const WEB_MESSAGING: Way = {
  ...guestSocket,
  name: 'web-messaging',
  // Opened, configured and closed for each message.
  roundTrips: OPEN_TRIPS + 2,
  environments: Infinity,
};
export const KEPT_OPEN: Way = {
  ...guestSocket,
  name: 'web-messaging, kept open',
  roundTrips: 0,
  environments: KEEPING_ENVIRONMENTS,
};
export const TYPING_FRAME: Way = {
  name: 'typing-frame',
  kind: 'typing-frame',
  expiryMs: Infinity,
  isRest: false,
  // An environment keeps 50 sockets for a minute: with a thousand sessions, 93 of 100 messages find none open.
  roundTrips: OPEN_TRIPS,
  waitMs: 0,
  environments: Infinity,
  fields: (chat) => ({ socketUrl: `wss://webmessaging.mypurecloud.com/v1?${chat}` }),
};
export const PARTICIPANT_STATE: Way = {
  ...rest,
  name: 'participant-state',
  kind: 'participant-state',
  expiryMs: Infinity,
  fields: (chat) => ({ conversationId: chat, participantId: `p-${chat}` }),
};
export const OPEN_MESSAGING: Way = {
  ...rest,
  name: 'open-messaging',
  kind: 'open-messaging',
  expiryMs: AGENT_TYPING_MS,
  fields: (chat) => ({ integrationId: 'integration', userId: chat }),
};
export const AGENT_COMMUNICATION: Way = {
  ...rest,
  name: 'agent-communication',
  kind: 'agent-communication',
  expiryMs: EXPIRY_MS,
  fields: (chat) => ({ conversationId: chat, communicationId: `m-${chat}` }),
};

/** All ways, those that share the service account's requests last. */
export const WAYS: readonly Way[] = [
  TYPING_FRAME,
  WEB_MESSAGING,
  KEPT_OPEN,
  PARTICIPANT_STATE,
  OPEN_MESSAGING,
  AGENT_COMMUNICATION,
];
export const REST_WAYS: readonly Way[] = WAYS.filter(({ isRest }) => isRest);

/** The name of a chat; every message upstream bears it somewhere. */
export const chatName = (index: number): string => `chat-${index}`;

/** Which chat a message is of. @throws Error when it names none */
export function chatOf(text: string): string {
  const [name] = /chat-\d+/.exec(text) ?? [];
  if (name === undefined) throw new Error('a message that names no chat');
  return name;
}

export const sessionOf = (way: Way, chat: string): Session =>
  openSession({ kind: way.kind, ...way.fields(chat) }, () => true);

/** What Genesys says of a conversation, so that either check passes. */
export const conversationAnswer = (chat: string): string =>
  JSON.stringify({
    participants: [
      {
        id: `p-${chat}`,
        purpose: 'agent',
        messages: [{ id: `m-${chat}`, state: 'connected', type: 'webmessaging' }],
      },
    ],
  });
