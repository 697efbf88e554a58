import { randomUUID } from 'node:crypto';

import type { Typist } from './bubbles.ts';
import { makeBubbles } from './bubbles.ts';
import type { Channel, GuestRecord } from './guest-record.ts';
import type { OrgListener, Screen } from './org-events.ts';
import type { After } from './timers.ts';

export interface ScreenMessage {
  text: string;
  /** ISO time. */
  at: string;
}

export interface ParticipantIds {
  id: string;
  purpose: 'customer' | 'agent';
  communicationId: string;
}

/** A participant with the one communication that it has; both end together. */
export interface Participant extends ParticipantIds {
  state: 'connected' | 'disconnected';
  /** ISO times. */
  connectedTime: string;
  endTime?: string;
}

export interface Conversation {
  conversationId: string;
  guestId: string;
  channel: Channel;
  guestTyping: boolean;
  agentTyping: boolean;
  messages: ScreenMessage[];
  participants: Participant[];
}

export interface Conversations {
  conversation(conversationId: string): Conversation | undefined;
  /** Begins the one of a guest. */
  begin(guest: GuestRecord): void;
  /** Shows or clears the guest's bubble at the agent; it is held until the next call. */
  setTyping(conversationId: string, guestTyping: boolean): void;
  /** Shows a bubble that lapses after so many milliseconds. */
  showTyping(conversationId: string, whose: Typist, forMs: number): void;
  /** Adds a message of the guest, which ends its bubble. */
  addMessage(conversationId: string, text: string): void;
  /** The agent wrote, which ends its bubble. */
  agentWrote(conversationId: string): void;
  /** Puts another agent in the place of the one there is, whose communication ends (§7). */
  replaceAgent(conversationId: string): ParticipantIds | undefined;
  /** Ends every communication. */
  end(conversationId: string): void;
}

/** A screen shows this many of the newest messages. */
const SCREEN_MESSAGES = 500;

export const participantIds = (purpose: ParticipantIds['purpose']): ParticipantIds => ({
  id: randomUUID(),
  purpose,
  communicationId: randomUUID(),
});

/** What the agent sees of a conversation, and the guest of the agent. */
export function screenOf({ conversationId, guestTyping, agentTyping, messages }: Conversation): Screen {
  return { type: 'screen', conversationId, guestTyping, agentTyping, messages };
}

/** The conversations of the org, in memory. */
export function makeConversations(emit: OrgListener, after: After): Conversations {
  const conversations = new Map<string, Conversation>();
  const bubbles = makeBubbles<Conversation>(after, (conversation) => {
    emit(screenOf(conversation));
  });
  const get = (conversationId: string): Conversation | undefined => conversations.get(conversationId);

  return {
    conversation: get,
    begin(guest) {
      conversations.set(guest.conversationId, conversationOf(guest));
    },
    setTyping(conversationId, guestTyping) {
      bubbles.set(get(conversationId), 'guest', guestTyping);
    },
    showTyping(conversationId, whose, forMs) {
      bubbles.set(get(conversationId), whose, true, forMs);
    },
    addMessage(conversationId, text) {
      const conversation = get(conversationId);
      if (conversation === undefined) return;
      const message = { text, at: new Date().toISOString() };
      conversation.messages = [...conversation.messages.slice(1 - SCREEN_MESSAGES), message];
      bubbles.end(conversation, 'guest');
      emit(screenOf(conversation));
    },
    agentWrote(conversationId) {
      bubbles.set(get(conversationId), 'agent', false);
    },
    replaceAgent: (conversationId) => replaceAgent(get(conversationId)),
    end(conversationId) {
      const conversation = get(conversationId);
      conversation?.participants.forEach(disconnect);
      bubbles.set(conversation, 'guest', false);
      bubbles.set(conversation, 'agent', false);
    },
  };
}

const connected = (ids: ParticipantIds): Participant => ({
  ...ids,
  state: 'connected',
  connectedTime: new Date().toISOString(),
});

function disconnect(participant: Participant): void {
  participant.state = 'disconnected';
  participant.endTime ??= new Date().toISOString();
}

function replaceAgent(conversation: Conversation | undefined): ParticipantIds | undefined {
  if (conversation === undefined) return undefined;
  const agent = participantIds('agent');
  for (const participant of conversation.participants) {
    if (participant.purpose === 'agent') disconnect(participant);
  }
  conversation.participants.push(connected(agent));
  return agent;
}

function conversationOf(guest: GuestRecord): Conversation {
  const { conversationId, guestId, channel } = guest;
  const customer: ParticipantIds = {
    id: guest.participantId,
    purpose: 'customer',
    communicationId: guest.customerCommunicationId,
  };
  const agent: ParticipantIds = {
    id: guest.agentParticipantId,
    purpose: 'agent',
    communicationId: guest.agentCommunicationId,
  };
  return {
    conversationId,
    guestId,
    channel,
    guestTyping: false,
    agentTyping: false,
    messages: [],
    participants: [connected(customer), connected(agent)],
  };
}
