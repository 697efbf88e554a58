import { randomBytes, randomUUID } from 'node:crypto';

import type { Conversations, ParticipantIds } from './conversations.ts';
import { makeConversations, participantIds } from './conversations.ts';
import { DEMO_DEPLOYMENT } from './deployments.ts';
import type { Channel, GuestRecord } from './guest-record.ts';
import { DEMO_INTEGRATION } from './integrations.ts';
import type { OrgListener } from './org-events.ts';
import type { After } from './timers.ts';

export interface OrgState extends Omit<Conversations, 'begin' | 'replaceAgent'> {
  createGuest(options?: NewGuest): GuestRecord;
  guests(): GuestRecord[];
  guest(guestId: string): GuestRecord | undefined;
  guestByToken(token: string): GuestRecord | undefined;
  /** The guest with an open conversation under this name at the integration. */
  openGuest(integrationId: string, openUserId: string): GuestRecord | undefined;
  /** Hands the conversation to another agent, which the guest's record names from now on. */
  transfer(conversationId: string): void;
}

export interface NewGuest {
  ids?: GuestIds;
  guestToken?: string | undefined;
  channel?: Channel | undefined;
  deploymentId?: string | undefined;
  integrationId?: string | undefined;
  openUserId?: string | undefined;
}

interface GuestIds {
  guestId: string;
  guestToken: string;
  conversationId: string;
  customer: ParticipantIds;
  agent: ParticipantIds;
}

/** Fixed, so that documentation can show calls which work as they stand. */
export const demoIds: GuestIds = {
  guestId: '90000000-0000-4000-8000-000000000001',
  guestToken: 'demo-guest-token-not-a-secret',
  conversationId: 'c0000000-0000-4000-8000-000000000001',
  customer: {
    id: 'a0000000-0000-4000-8000-000000000001',
    purpose: 'customer',
    communicationId: 'b0000000-0000-4000-8000-000000000001',
  },
  agent: {
    id: 'a0000000-0000-4000-8000-000000000002',
    purpose: 'agent',
    communicationId: 'b0000000-0000-4000-8000-000000000002',
  },
};

function randomIds(): GuestIds {
  return {
    guestId: randomUUID(),
    guestToken: randomBytes(24).toString('base64url'),
    conversationId: randomUUID(),
    customer: participantIds('customer'),
    agent: participantIds('agent'),
  };
}

function guestRecord(origin: string, options: NewGuest): GuestRecord {
  const { ids = randomIds() } = options;
  const { guestId, conversationId, customer, agent } = ids;
  const guestToken = options.guestToken ?? ids.guestToken;
  const deploymentId = options.deploymentId ?? DEMO_DEPLOYMENT;
  const sockets = origin.replace('http:', 'ws:');
  return {
    guestId,
    guestToken,
    conversationId,
    participantId: customer.id,
    agentParticipantId: agent.id,
    customerCommunicationId: customer.communicationId,
    agentCommunicationId: agent.communicationId,
    channel: options.channel ?? 'webmessaging',
    deploymentId,
    integrationId: options.integrationId ?? DEMO_INTEGRATION,
    openUserId: options.openUserId ?? `user-${guestId}`,
    socketUrl: `${sockets}/guests/${guestId}/socket?token=${encodeURIComponent(guestToken)}`,
    webMessagingUrl: `${sockets}/v1?deploymentId=${deploymentId}`,
  };
}

const openKey = (integrationId: string, openUserId: string): string =>
  JSON.stringify([integrationId, openUserId]);

/** The org's guests and conversations, in memory. `origin` is the org's own, `http://127.0.0.1:PORT`. */
export function makeState(origin: string, emit: OrgListener, after: After): OrgState {
  const conversations = makeConversations(emit, after);
  const guests = new Map<string, GuestRecord>();
  const byToken = new Map<string, string>();
  const byOpenUser = new Map<string, string>();

  return {
    ...conversations,
    createGuest(options = {}) {
      const guest = guestRecord(origin, options);
      const { guestId, integrationId, openUserId } = guest;
      guests.set(guestId, guest);
      byToken.set(guest.guestToken, guestId);
      if (guest.channel === 'open') byOpenUser.set(openKey(integrationId, openUserId), guestId);
      conversations.begin(guest);
      return guest;
    },
    guests: () => [...guests.values()],
    guest: (guestId) => guests.get(guestId),
    guestByToken: (token) => guests.get(byToken.get(token) ?? ''),
    openGuest(integrationId, openUserId) {
      const guest = guests.get(byOpenUser.get(openKey(integrationId, openUserId)) ?? '');
      const { participants = [] } = conversations.conversation(guest?.conversationId ?? '') ?? {};
      return participants.some(({ state }) => state === 'connected') ? guest : undefined;
    },
    transfer(conversationId) {
      const agent = conversations.replaceAgent(conversationId);
      const guest = guests.get(conversations.conversation(conversationId)?.guestId ?? '');
      if (agent === undefined || guest === undefined) return;
      const changed = { agentParticipantId: agent.id, agentCommunicationId: agent.communicationId };
      guests.set(guest.guestId, { ...guest, ...changed });
    },
  };
}
