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
    end: (session, at) => {
      if (!states.has(session)) states.set(session, { at, by: '', lastOnAt: 0 });
      change(session, { endedAt: at }, 'shownAt', 'owed', 'quietUntil');
      return Promise.resolve();
    },
    settle: (session, ends) => {
      const state = states.get(session);
      if (!state || state.endedAt !== undefined) return Promise.resolve(undefined);
      if (state.shownAt === undefined && state.lastOnAt === ends) change(session, {}, 'owed');
      return Promise.resolve(state.shownAt);
    },
    restate: (session, from, to) => {
      const state = states.get(session);
      const shows = state?.shownAt === from && state.endedAt === undefined;
      if (shows) change(session, { shownAt: to });
      return Promise.resolve(shows);
    },
    expire: (session, at) => {
      const state = states.get(session);
      if (state?.at !== at || !state.owed || state.endedAt !== undefined) return Promise.resolve(undefined);
      const ends = state.shownAt ?? state.lastOnAt;
      change(session, { lastOnAt: ends }, 'shownAt');
      return Promise.resolve(ends);
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
