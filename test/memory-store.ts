import { decide, type TypingState, type TypingStore } from '../functions/relay/typing.ts';

/** The typing state in memory, each operation in one step: what `ports/typing-table.ts` does in DynamoDB. */
export function makeMemoryStore(): TypingStore & { states: Map<string, TypingState> } {
  const states = new Map<string, TypingState>();

  /** Replaces a state, without the fields that are named. */
  function change(session: string, changes: Partial<TypingState>, ...without: (keyof TypingState)[]): void {
    const state = states.get(session);
    if (!state) return;
    const next = { ...state, ...changes };
    for (const field of without) Reflect.deleteProperty(next, field);
    states.set(session, next);
  }

  return {
    states,
    decide: (session, event, timing) => {
      const { next, ...decision } = decide(states.get(session), event, timing);
      if (next) states.set(session, next);
      return Promise.resolve(decision);
    },
    read: (session) => Promise.resolve(states.get(session)),
    onFailed: (session, shownAt, owed) => {
      const mine = states.get(session)?.shownAt === shownAt;
      if (mine) change(session, { lastOnAt: shownAt }, 'shownAt', ...(owed ? [] : (['owed'] as const)));
      return Promise.resolve();
    },
    quiet: (session, quietUntil) => {
      change(session, { quietUntil });
      return Promise.resolve();
    },
    end: (session) => {
      change(session, { ended: true });
      return Promise.resolve();
    },
    offFailed: (session) => {
      const state = states.get(session);
      const owed = state !== undefined && state.shownAt === undefined && !state.ended;
      if (owed) change(session, { owed: true });
      return Promise.resolve(owed);
    },
    expire: (session, at) => {
      const state = states.get(session);
      const silent = state?.at === at && state.owed === true && !state.ended;
      if (silent) change(session, { lastOnAt: state.shownAt ?? state.lastOnAt }, 'shownAt', 'owed');
      return Promise.resolve(silent);
    },
  };
}
