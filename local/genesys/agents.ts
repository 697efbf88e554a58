import { randomUUID } from 'node:crypto';

import type { Behaviour } from './behaviour.ts';
import type { GuestRecord } from './guest-record.ts';
import type { Integrations } from './integrations.ts';
import type { OrgState } from './state.ts';
import { agentText, agentTyping } from './web-messaging/frames.ts';
import type { Sessions } from './web-messaging/sessions.ts';
import type { Webhook } from './webhook.ts';

/** What an agent does is told to the guest: on its sockets, or by the webhook, as its channel has it. */
export interface Agents {
  /** @param durationMs how long that is to show; without it as long as is usual */
  type(conversationId: string, durationMs?: number): void;
  write(conversationId: string, text: string): void;
  /** Tells the webhook what became of a message. */
  receipt(conversationId: string, status: string): void;
}

interface AgentsPorts {
  state: OrgState;
  sessions: Sessions;
  integrations: Integrations;
  webhook: Webhook;
  behaviour: Behaviour;
}

/** The agents of the org, one in each conversation. */
export function makeAgents(ports: AgentsPorts): Agents {
  const { state, sessions, integrations, webhook, behaviour } = ports;
  const guestOf = (conversationId: string): GuestRecord | undefined =>
    state.guest(state.conversation(conversationId)?.guestId ?? '');

  const tellSockets = (conversationId: string, frame: object): void => {
    const session = sessions.ofConversation(conversationId);
    if (session !== undefined && session.status !== 'gone') sessions.tell(session, frame);
  };
  const post = (guest: GuestRecord, content: object): void => {
    const integration = integrations.get(guest.integrationId);
    // Nobody waits for it: the delivery is recorded, and never rejects.
    if (integration !== undefined) {
      void webhook.post(integration, guest.conversationId, outbound(guest, content));
    }
  };

  return {
    type(conversationId, durationMs = behaviour.displayMs) {
      const guest = guestOf(conversationId);
      if (guest === undefined || !isShown(guest, ports)) return;
      if (durationMs > 0) state.showTyping(conversationId, 'agent', durationMs);
      if (guest.channel === 'webmessaging') tellSockets(conversationId, agentTyping(durationMs));
      else {
        const typing = { type: 'On', duration: durationMs };
        post(guest, { type: 'Event', events: [{ eventType: 'Typing', typing }] });
      }
    },
    write(conversationId, text) {
      const guest = guestOf(conversationId);
      if (guest === undefined) return;
      state.agentWrote(conversationId);
      if (guest.channel === 'webmessaging') tellSockets(conversationId, agentText(text));
      else post(guest, { type: 'Text', text, content: [], originatingEntity: 'Human' });
    },
    receipt(conversationId, status) {
      const guest = guestOf(conversationId);
      if (guest !== undefined) post(guest, { type: 'Receipt', status, reasons: [], isFinalReceipt: false });
    },
  };
}

/** Whether a guest is told of typing: by the deployment's flag (§2.5), or the messaging setting (§3.2). */
function isShown(guest: GuestRecord, { sessions, integrations, behaviour }: AgentsPorts): boolean {
  if (guest.channel === 'open') return integrations.get(guest.integrationId)?.outbound === 'Enabled';
  const session = sessions.ofConversation(guest.conversationId);
  return session?.deployment.showAgentTypingIndicator === true || behaviour.agentTypingWhenHidden === 'sent';
}

/** The envelope of what is outbound in open messaging (§6.3). */
function outbound({ integrationId, openUserId }: GuestRecord, content: object): object {
  const id = randomUUID().replaceAll('-', '');
  return {
    id,
    channel: {
      id: integrationId,
      platform: 'Open',
      type: 'Private',
      messageId: id,
      to: { id: openUserId },
      from: { nickname: 'Simulated open messaging', id: integrationId, idType: 'Opaque' },
      time: new Date().toISOString(),
    },
    ...content,
    direction: 'Outbound',
  };
}
