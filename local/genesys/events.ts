import type { OrgMessage } from './journal.ts';
import type { ScreenMessage } from './state.ts';

/** What the org tells those who watch it: something arrived, or the agent's screen changed. */
export type OrgEvent =
  | { type: 'message'; message: OrgMessage }
  | { type: 'screen'; conversationId: string; guestTyping: boolean; messages: ScreenMessage[] };

export type OrgListener = (event: OrgEvent) => void;

export interface Events {
  emit: OrgListener;
  /** Answers the function that stops listening. */
  on: (listener: OrgListener) => () => void;
}

/** Listeners are called in the order they came, at once. */
export function makeEvents(): Events {
  const listeners = new Set<OrgListener>();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    on(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
