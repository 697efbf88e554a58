import { describe, expect, it } from 'vitest';
import { holdWhole, mustAllType, wrongWith } from './check.ts';
import type { Account } from './wire.ts';

const whole: Account = {
  sent: 2,
  arrived: 2,
  lost: 0,
  doubled: 0,
  repeated: 1,
  latencies: [1, 2],
  sessions: ['a'],
  trouble: {},
};

describe('a stretch of typing', () => {
  it('counts when every message came upstream once', () => {
    expect(wrongWith(whole)).toBeUndefined();
  });

  it.each([
    [{ arrived: 1, lost: 1 }, '1 × lost'],
    [{ doubled: 3 }, '3 × doubled'],
    [{ trouble: { 'a connection closed with 1006': 2 } }, '2 × a connection closed with 1006'],
    [{ sent: 0, arrived: 0 }, 'nothing was sent'],
  ])('does not with %o', (wrong, words) => {
    expect(wrongWith({ ...whole, ...wrong })).toContain(words);
  });
});

describe('a crowd that is asked to type once', () => {
  it('counts when every session had its frames relayed', () => {
    mustAllType('a side', ['a', 'b'], 2);
  });

  it('does not when one had none', () => {
    expect(() => {
      mustAllType('a side', ['a', 'b', 'a'], 3);
    }).toThrow('a side: of 3 sessions 2 had their frames relayed');
  });
});

describe('a side that loses messages', () => {
  it('types again with half as many under way, and that counts', async () => {
    const asked: number[] = [];
    const held = await holdWhole('a side', 16, (underWay) => {
      asked.push(underWay);
      return Promise.resolve(underWay > 4 ? { ...whole, arrived: 1, lost: 1 } : whole);
    });
    expect(asked).toEqual([16, 8, 4]);
    expect(held).toMatchObject({ account: whole, underWay: 4, broken: [{ underWay: 16 }, { underWay: 8 }] });
  });

  it('has no figure when it loses some whatever the load', async () => {
    const losing = holdWhole('a side', 8, () => Promise.resolve({ ...whole, arrived: 1, lost: 1 }));
    await expect(losing).rejects.toThrow('a side: not each message came upstream once');
  });
});
