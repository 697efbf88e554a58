import { randomUUID } from 'node:crypto';

import type { GuestRecord } from '../genesys/guest-record.ts';
import { RETRY_AFTER_S } from './app/wire.ts';
import type { OrgFault, UpstreamKind } from './app/wire.ts';
import type { GuestFaults } from './org-calls.ts';

/** What a customer's backend puts into a ticket. */
export type Upstream = { kind: string } & Record<string, unknown>;

/**
 * The session that a ticket names, by docs/protocol.md.
 * @param mismatched it names what belongs to no session of this conversation, as a backend does that mixes ids up
 */
export function sessionOf(kind: UpstreamKind, guest: GuestRecord, mismatched: boolean): Upstream {
  const { conversationId } = guest;
  switch (kind) {
    case 'web-messaging': {
      const { deploymentId, guestToken } = guest;
      return { kind, deploymentId, token: mismatched ? randomUUID() : guestToken };
    }
    case 'open-messaging': {
      const { integrationId, openUserId } = guest;
      return { kind, integrationId: mismatched ? randomUUID() : integrationId, userId: openUserId };
    }
    case 'agent-communication': {
      const { agentCommunicationId, customerCommunicationId } = guest;
      const communicationId = mismatched ? customerCommunicationId : agentCommunicationId;
      return { kind, conversationId, communicationId };
    }
    case 'typing-frame':
      return { kind, socketUrl: mismatched ? withOtherToken(guest.socketUrl) : guest.socketUrl };
    case 'participant-state':
      return { kind, conversationId, participantId: mismatched ? randomUUID() : guest.participantId };
  }
}

function withOtherToken(socketUrl: string): string {
  const url = new URL(socketUrl);
  url.searchParams.set('token', randomUUID());
  return url.href;
}

const NO_FAULTS: GuestFaults = { conversation: [], deployment: [] };

/** How the org misbehaves for one guest. */
export function faultsOf(fault: OrgFault, kind: UpstreamKind): GuestFaults {
  switch (fault) {
    case 'none':
      return NO_FAULTS;
    case 'org-down':
      return {
        conversation: [{ on: 'any', drop: true }],
        deployment: [{ on: 'web-messaging-upgrade', drop: true }],
      };
    case 'rate-limit':
      return { conversation: [rateLimit(kind)], deployment: [] };
  }
}

function rateLimit(kind: UpstreamKind): GuestFaults['conversation'][number] {
  const limited = { status: 429, retryAfter: RETRY_AFTER_S };
  switch (kind) {
    case 'web-messaging':
      return { ...limited, on: 'web-messaging-frame', action: 'onMessage' };
    case 'open-messaging':
      return { ...limited, on: 'open-event' };
    case 'agent-communication':
      return { ...limited, on: 'typing' };
    case 'typing-frame':
      // A frame of the thread is not answered: only the upgrade can be refused.
      return { ...limited, on: 'upgrade' };
    case 'participant-state':
      return { ...limited, on: 'participant' };
  }
}
