import { describe, expect, it } from 'vitest';
import type { Arrival, Org } from '../load/org.ts';
import { type Guest, restedFirst } from './crowd.ts';
import { typeFor } from './typing.ts';

/** Guests whose frames are in the org at once. */
function crowdOf(names: readonly string[]): { guests: Guest[]; org: Org } {
  let waiting: Arrival[] = [];
  const guests = names.map((conversationId) => ({
    conversationId,
    send: (isTyping: boolean) => {
      waiting.push({ conversationId, isTyping, at: Date.now() });
    },
  }));
  const arrivals = (): Promise<Arrival[]> => {
    const arrived = waiting;
    waiting = [];
    return Promise.resolve(arrived);
  };
  const unused = () => Promise.reject(new Error('nobody asks this'));
  return { guests, org: { arrivals, newGuest: unused, openSockets: unused } };
}

describe('a crowd', () => {
  const once = { underWay: 2, once: true, warmUpMs: 0 };

  it('that is asked to type once sends an "on" and an "off" of each guest, and is done', async () => {
    const { guests, org } = crowdOf(['a', 'b', 'c']);
    const account = await typeFor(guests, org, { ...once, measuredMs: 600_000 });
    expect(account).toMatchObject({ sent: 6, arrived: 6, lost: 0, doubled: 0 });
    expect(account.sessions.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('lets those go first who have not typed for longest', () => {
    const { guests } = crowdOf(['a', 'b', 'c', 'd']);
    const second = restedFirst(guests, ['a', 'c']);
    const third = restedFirst(second, ['b']);
    const names = (of: readonly Guest[]) => of.map(({ conversationId }) => conversationId).join('');
    expect(names(second)).toBe('bdac');
    expect(names(third)).toBe('dacb');
  });
});
