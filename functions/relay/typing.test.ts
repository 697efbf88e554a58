import { describe, expect, it } from 'vitest';
import { decide, paceOf, type Decision, type TypingEvent, type TypingState } from './typing.ts';
import type { Timing } from './upstream.ts';

const T = 1_000_000;

/** What becomes of a history: each event's outcome and what was sent. */
function play(timing: Timing, ...events: [isTyping: boolean, at: number, connectionId?: string][]) {
  let state: TypingState | undefined;
  const decisions: Decision[] = [];
  for (const [isTyping, at, connectionId = 'tab-1'] of events) {
    const event: TypingEvent = { isTyping, at: T + at, connectionId, connectedAt: 0 };
    const decision = decide(state, event, timing);
    state = decision.next ?? state;
    decisions.push(decision);
  }
  return {
    state,
    outcomes: decisions.map(({ outcome }) => outcome),
    sent: decisions.map(({ send }) => send ?? '-').join(' '),
  };
}

describe('a held upstream', () => {
  it('is told the first on at once and no repetition of it', () => {
    expect(play('held', [true, 0], [true, 5_000], [true, 10_000]).outcomes).toEqual([
      'forwarded',
      'coalesced',
      'coalesced',
    ]);
  });

  it('is told the off, and the next on at once', () => {
    expect(play('held', [true, 0], [false, 3_000], [true, 3_001]).sent).toBe('on off on');
  });

  it('counts a repetition as a sign of life', () => {
    expect(play('held', [true, 0], [true, 5_000]).state?.at).toBe(T + 5_000);
  });

  it('is told no off where nothing was shown', () => {
    expect(play('held', [false, 0]).outcomes).toEqual(['ignored']);
  });
});

describe('an expiring upstream', () => {
  it('is reminded once the last on has grown old', () => {
    expect(play('expiring', [true, 0], [true, 4_499], [true, 4_500], [true, 9_000]).sent).toBe('on - on on');
  });

  it('is never told an off, but the next on passes at once', () => {
    expect(play('expiring', [true, 0], [false, 2_000], [true, 2_001]).sent).toBe('on - on');
  });
});

describe.each<Timing>(['held', 'expiring'])('whatever the timing: %s', (timing) => {
  it('an event older than the last is stale, so that a late on after an off shows nothing', () => {
    expect(play(timing, [true, 0], [false, 3_000], [true, 2_999]).outcomes.at(-1)).toBe('stale');
    expect(play(timing, [false, 3_000], [true, 2_999]).outcomes.at(-1)).toBe('stale');
  });

  it('events of the same millisecond count in the order they come', () => {
    expect(play(timing, [true, 0], [false, 0]).state?.shownAt).toBeUndefined();
  });

  it('no two ons go closer together than a second', () => {
    expect(play(timing, [true, 0], [false, 200], [true, 999], [true, 1_000]).sent.replace(/off/, '-')).toBe(
      'on - - on',
    );
  });

  it('an off from another tab than the one that typed last changes nothing', () => {
    const { outcomes, state } = play(timing, [true, 0, 'a'], [true, 5_000, 'b'], [false, 5_001, 'a']);
    expect(outcomes.at(-1)).toBe('ignored');
    expect(state?.shownAt).toBeDefined();
  });

  it('a silence that the upstream asked for is kept', () => {
    const quiet: TypingState = { at: T, by: 'tab-1', lastOnAt: 0, quietUntil: T + 7_000 };
    const on = (at: number) =>
      decide(quiet, { isTyping: true, connectionId: 'tab-1', connectedAt: 0, at: T + at }, timing);
    expect(on(6_999).outcome).toBe('coalesced');
    expect(on(7_000).outcome).toBe('forwarded');
  });

  it('a session that is over takes nothing', () => {
    const over: TypingState = { at: T, by: 'tab-1', lastOnAt: 0, shownAt: T, owed: true, endedAt: T };
    for (const isTyping of [true, false]) {
      expect(decide(over, { isTyping, connectionId: 'tab-1', connectedAt: 0, at: T + 1 }, timing)).toEqual({
        outcome: 'ended',
      });
    }
  });
});

describe('a session that ended', () => {
  const over: TypingState = { at: T, by: 'tab-1', lastOnAt: 0, endedAt: T + 100 };
  const from = (connectedAt: number, isTyping = true): TypingEvent => ({
    isTyping,
    connectionId: 'tab-2',
    connectedAt,
    at: T + 10_000,
  });

  it.each<Timing>(['held', 'expiring'])('stays so for connections from before: %s', (timing) => {
    expect(decide(over, from(T + 100), timing)).toEqual({ outcome: 'ended' });
    expect(decide(over, from(T, false), timing)).toEqual({ outcome: 'ended' });
  });

  it.each<Timing>(['held', 'expiring'])('begins anew with a connection from after that: %s', (timing) => {
    const { outcome, next } = decide(over, from(T + 101), timing);
    expect(outcome).toBe('forwarded');
    expect(next).toBeDefined();
    expect(next).not.toHaveProperty('endedAt');
  });
});

describe('an on to an expiring upstream', () => {
  const refreshes = (...events: Parameters<typeof play>[1][]) => {
    let state: TypingState | undefined;
    return events.map(([isTyping, at]) => {
      const event: TypingEvent = { isTyping, at: T + at, connectionId: 'tab-1', connectedAt: 0 };
      const { refresh = false, next } = decide(state, event, 'expiring');
      state = next ?? state;
      return refresh;
    });
  };

  it('is a refresh while the one before still shows, and may be spared', () => {
    expect(refreshes([true, 0], [true, 5_000], [true, 11_999])).toEqual([false, true, true]);
  });

  it('is a first one where nothing shows any more, or where an off came in between', () => {
    expect(refreshes([true, 0], [true, 7_000])).toEqual([false, false]);
    expect(refreshes([true, 0], [false, 3_000], [true, 4_000])).toEqual([false, false, false]);
  });

  it('to a held one is none', () => {
    const shown: TypingState = { at: T, by: 'tab-1', lastOnAt: 0, shownAt: T, owed: true };
    const again = { isTyping: true, connectionId: 'tab-1', connectedAt: 0, at: T + 5_000 };
    expect(decide(shown, again, 'held')).not.toHaveProperty('refresh');
  });
});

describe('an off that is owed', () => {
  const owing: TypingState = { at: T, by: 'tab-1', lastOnAt: T, owed: true, quietUntil: T + 60_000 };

  it('passes also where nothing counts as shown, and during a silence', () => {
    expect(
      decide(owing, { isTyping: false, connectionId: 'tab-1', connectedAt: 0, at: T + 1 }, 'held').send,
    ).toBe('off');
  });

  it('stays owed when it was decided, until it was taken', () => {
    const { next } = decide(
      owing,
      { isTyping: false, connectionId: 'tab-1', connectedAt: 0, at: T + 1 },
      'held',
    );
    expect(next).toEqual({
      at: T + 1,
      by: 'tab-1',
      lastOnAt: T,
      owed: true,
      offAt: T + 1,
      quietUntil: T + 60_000,
    });
  });
});

describe('the pace of a connection', () => {
  const before = { at: T, by: 'tab-1', lastOnAt: 0 };
  const at = (time: number, connectionId = 'tab-1') => ({
    isTyping: true,
    at: time,
    connectionId,
    connectedAt: 0,
  });

  it('is calm while its frames count, and lie a fifth of a second apart', () => {
    expect(paceOf(undefined, at(T), true)).toEqual({});
    expect(paceOf(before, at(T + 200), true)).toEqual({});
  });

  it('is hasty within a fifth of a second, or with a frame that changes nothing', () => {
    expect(paceOf(before, at(T + 199), true)).toEqual({ hasty: true, after: T });
    expect(paceOf(before, at(T + 4_000), false)).toEqual({ hasty: true, after: T });
  });

  it("says nothing of another tab's frame", () => {
    expect(paceOf(before, at(T, 'tab-2'), true)).toEqual({ hasty: true });
  });
});

describe('a clock that is set back', () => {
  const hidden: TypingState = { at: T, by: 'tab-1', lastOnAt: T };
  const state: TypingState = { ...hidden, shownAt: T };
  const on = { isTyping: true, connectionId: 'tab-1', connectedAt: 0 };

  it.each<Timing>(['held', 'expiring'])('does not make all that follows stale or too soon: %s', (timing) => {
    for (const before of [state, hidden])
      expect(decide(before, { ...on, at: T - 30_001 }, timing).next?.at).toBe(T - 30_001);
  });

  it('by less than a message may be late is none', () => {
    expect(decide(state, { ...on, at: T - 30_000 }, 'held').outcome).toBe('stale');
  });
});
