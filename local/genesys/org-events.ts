import type { OrgMessage } from './journal.ts';
import type { ScreenMessage } from './conversations.ts';

/** What the org tells those who watch it: something arrived, or the agent's screen changed. */
export type OrgEvent = { type: 'message'; message: OrgMessage } | Screen;

/** The agent's screen as it is now. */
export interface Screen {
  type: 'screen';
  conversationId: string;
  guestTyping: boolean;
  /** Whether the guest is shown that the agent types. */
  agentTyping: boolean;
  messages: ScreenMessage[];
}

export type OrgListener = (event: OrgEvent) => void;
