import type { OrgMessage } from './journal.ts';
import type { ScreenMessage } from './state.ts';

/** What the org tells those who watch it: something arrived, or the agent's screen changed. */
export type OrgEvent = { type: 'message'; message: OrgMessage } | Screen;

/** The agent's screen as it is now. */
export interface Screen {
  type: 'screen';
  conversationId: string;
  guestTyping: boolean;
  messages: ScreenMessage[];
}

export type OrgListener = (event: OrgEvent) => void;
