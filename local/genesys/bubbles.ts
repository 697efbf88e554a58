import type { After } from './timers.ts';

export type Typist = 'guest' | 'agent';

/** Who is seen to type in a conversation. */
export interface Typing {
  readonly conversationId: string;
  guestTyping: boolean;
  agentTyping: boolean;
}

export interface Bubbles<T extends Typing> {
  /** Shows or clears one, for good or for so many milliseconds; tells of it where that changed something. */
  set(conversation: T | undefined, whose: Typist, shown: boolean, forMs?: number): void;
  /** Clears one and tells nobody. */
  end(conversation: T, whose: Typist): void;
}

const field = { guest: 'guestTyping', agent: 'agentTyping' } as const;

/** Bubbles that are held, or lapse by themselves; the newest call decides. */
export function makeBubbles<T extends Typing>(after: After, changed: (conversation: T) => void): Bubbles<T> {
  const lapses = new Map<string, () => void>();
  const keyOf = ({ conversationId }: T, whose: Typist): string => `${whose} ${conversationId}`;

  const end: Bubbles<T>['end'] = (conversation, whose) => {
    const key = keyOf(conversation, whose);
    lapses.get(key)?.();
    lapses.delete(key);
    conversation[field[whose]] = false;
  };
  const set: Bubbles<T>['set'] = (conversation, whose, shown, forMs) => {
    if (conversation === undefined) return;
    const before = conversation[field[whose]];
    end(conversation, whose);
    conversation[field[whose]] = shown;
    if (forMs !== undefined) {
      const stop = after(forMs, () => {
        set(conversation, whose, false);
      });
      lapses.set(keyOf(conversation, whose), stop);
    }
    if (before !== shown) changed(conversation);
  };
  return { set, end };
}
