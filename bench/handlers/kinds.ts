import type { Guest, Ready } from './record.ts';

/** What is measured of a message, by the way it goes and what it says. */
export const KINDS = [
  'open-messaging',
  'agent-communication',
  'participant-state',
  'typing-frame',
  'web-messaging',
] as const;
export type Kind = (typeof KINDS)[number];

/** A guest's frame; without a word of what it costs, `on` shows typing and `off` ends it. */
export type Say = 'on' | 'off';

interface KindSpec {
  /** What a ticket of this kind has beside it. */
  session: (guest: Guest) => Record<string, string>;
  guests: (ready: Ready) => readonly Guest[];
  /** Whether typing is held until it is told off: then every second message of a guest is an "off". */
  held: boolean;
}

export const SPECS: Readonly<Record<Kind, KindSpec>> = {
  'open-messaging': {
    session: ({ integrationId, openUserId }) => ({ integrationId, userId: openUserId }),
    guests: ({ openGuests }) => openGuests,
    held: false,
  },
  'agent-communication': {
    session: ({ conversationId, agentCommunicationId }) => ({
      conversationId,
      communicationId: agentCommunicationId,
    }),
    guests: ({ webGuests }) => webGuests,
    held: false,
  },
  'participant-state': {
    session: ({ conversationId, participantId }) => ({ conversationId, participantId }),
    guests: ({ webGuests }) => webGuests,
    held: true,
  },
  'typing-frame': {
    session: ({ socketUrl }) => ({ socketUrl }),
    guests: ({ webGuests }) => webGuests,
    held: true,
  },
  'web-messaging': {
    session: ({ deploymentId, guestToken }) => ({ deploymentId, token: guestToken }),
    guests: ({ webGuests }) => webGuests,
    held: false,
  },
};
