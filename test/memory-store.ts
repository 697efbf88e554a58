import type { FrameLog } from '../functions/relay/flood.ts';
import { decide, paceOf, type TypingState, type TypingStore } from '../functions/relay/typing.ts';

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
      const before = states.get(session);
      const { next, ...decision } = decide(before, event, timing);
      if (next) states.set(session, next);
      return Promise.resolve({ ...decision, ...paceOf(before, event, next !== undefined) });
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

/** The marks of connections' frames in memory: what `ports/frame-log.ts` does in DynamoDB. */
export function makeMemoryFrames(): FrameLog {
  const marks = new Map<string, Set<string>>();
  const told = new Map<string, number>();
  return {
    add: (connectionId, added) => {
      if (told.has(connectionId)) return Promise.resolve(undefined);
      const all = new Set([...(marks.get(connectionId) ?? []), ...added]);
      marks.set(connectionId, all);
      return Promise.resolve([...all]);
    },
    remove: (connectionId, old) => {
      for (const mark of old) marks.get(connectionId)?.delete(mark);
      return Promise.resolve();
    },
    claim: (connectionId, at, since) => {
      const mine = (told.get(connectionId) ?? -Infinity) <= since;
      if (mine) told.set(connectionId, at);
      return Promise.resolve(mine);
    },
  };
}
