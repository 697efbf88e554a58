import { randomBytes, randomUUID } from 'node:crypto';

import type { GuestRecord } from './guest-record.ts';
import type { OrgListener, Screen } from './org-events.ts';

export interface ScreenMessage {
  text: string;
  /** ISO time. */
  at: string;
}

export interface Participant {
  id: string;
  purpose: 'customer' | 'agent';
  communicationId: string;
}

export interface Conversation {
  conversationId: string;
  guestId: string;
  guestTyping: boolean;
  messages: ScreenMessage[];
  participants: Participant[];
}

export interface OrgState {
  createGuest(ids?: GuestIds): GuestRecord;
  guests(): GuestRecord[];
  guest(guestId: string): GuestRecord | undefined;
  guestByToken(token: string): GuestRecord | undefined;
  conversation(conversationId: string): Conversation | undefined;
  /** Shows or clears the guest's bubble at the agent; it is held until the next call. */
  setTyping(conversationId: string, guestTyping: boolean): void;
  /** Adds a message of the guest, which ends its bubble. */
  addMessage(conversationId: string, text: string): void;
}

interface GuestIds {
  guestId: string;
  guestToken: string;
  conversationId: string;
  customer: Participant;
  agent: Participant;
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

/** A screen shows this many of the newest messages. */
const SCREEN_MESSAGES = 500;

function randomIds(): GuestIds {
  return {
    guestId: randomUUID(),
    guestToken: randomBytes(24).toString('base64url'),
    conversationId: randomUUID(),
    customer: { id: randomUUID(), purpose: 'customer', communicationId: randomUUID() },
    agent: { id: randomUUID(), purpose: 'agent', communicationId: randomUUID() },
  };
}

function guestRecord(origin: string, ids: GuestIds): GuestRecord {
  const { guestId, guestToken, conversationId, customer, agent } = ids;
  const query = `token=${encodeURIComponent(guestToken)}`;
  return {
    guestId,
    guestToken,
    conversationId,
    participantId: customer.id,
    agentParticipantId: agent.id,
    socketUrl: `${origin.replace('http:', 'ws:')}/guests/${guestId}/socket?${query}`,
  };
}

/** What the agent sees of a conversation. */
export function screenOf({ conversationId, guestTyping, messages }: Conversation): Screen {
  return { type: 'screen', conversationId, guestTyping, messages };
}

/** The org's guests and conversations, in memory. `origin` is the org's own, `http://127.0.0.1:PORT`. */
export function makeState(origin: string, emit: OrgListener): OrgState {
  const guests = new Map<string, GuestRecord>();
  const byToken = new Map<string, GuestRecord>();
  const conversations = new Map<string, Conversation>();

  const show = (conversation: Conversation): void => {
    emit(screenOf(conversation));
  };

  return {
    createGuest(ids = randomIds()) {
      const { guestId, guestToken, conversationId, customer, agent } = ids;
      const guest = guestRecord(origin, ids);
      guests.set(guestId, guest);
      byToken.set(guestToken, guest);
      conversations.set(conversationId, {
        conversationId,
        guestId,
        guestTyping: false,
        messages: [],
        participants: [customer, agent],
      });
      return guest;
    },
    guests: () => [...guests.values()],
    guest: (guestId) => guests.get(guestId),
    guestByToken: (token) => byToken.get(token),
    conversation: (conversationId) => conversations.get(conversationId),
    setTyping(conversationId, guestTyping) {
      const conversation = conversations.get(conversationId);
      if (conversation === undefined || conversation.guestTyping === guestTyping) return;
      conversation.guestTyping = guestTyping;
      show(conversation);
    },
    addMessage(conversationId, text) {
      const conversation = conversations.get(conversationId);
      if (conversation === undefined) return;
      conversation.messages = [
        ...conversation.messages.slice(1 - SCREEN_MESSAGES),
        { text, at: new Date().toISOString() },
      ];
      conversation.guestTyping = false;
      show(conversation);
    },
  };
}
