import { describe, expect, it } from 'vitest';
import type { Side } from './side.ts';
import { type Candidates, settle } from './ways.ts';
import type { Account } from './wire.ts';

const candidates = (...environments: (number | undefined)[]): Candidates => ({
  environments,
  underWay: [4, 8],
  firstMs: 1,
  warmUpMs: 1,
  triedMs: 1_000,
});

/** Sides that relay so many by environments and messages under way; undefined where they lose one. */
function sidesThat(relay: (environments: number, underWay: number) => number | undefined) {
  const closed: number[] = [];
  const start = (environments = 0): Promise<Side> =>
    Promise.resolve({
      openedIn: environments,
      close: () => {
        closed.push(environments);
        return Promise.resolve();
      },
      type: ({ underWay, measuredMs }) => {
        const relayed = relay(environments, underWay);
        // A warm-up is shorter, and what it says is no try.
        const isTry = measuredMs > 1;
        return Promise.resolve(accountOf(isTry ? (relayed ?? 1_000) : 9_999, relayed === undefined ? 1 : 0));
      },
    });
  return { start, closed };
}

const accountOf = (relayed: number, lost: number): Account => ({
  sent: relayed + lost,
  arrived: relayed,
  lost,
  doubled: 0,
  repeated: 0,
  latencies: Array.from({ length: relayed }, () => 1),
  sessions: [],
  trouble: {},
});

describe('the setting of a side', () => {
  it('is the one that relays most, and only that side stays', async () => {
    const { start, closed } = sidesThat(
      (environments, underWay) => (environments === 2 ? 50 : 10) + underWay,
    );
    const { side, way } = await settle('local run', candidates(1, 2, 4), start);
    expect(side.openedIn).toBe(2);
    expect(way).toMatchObject({ environments: 2, underWay: 8, broken: [] });
    expect(way.tried).toHaveLength(6);
    expect(way.tried[2]).toEqual({ environments: 2, underWay: 4, perSecond: 54, lost: 0 });
    expect(closed).toEqual([1, 4]);
  });

  it('is never one that loses messages', async () => {
    const { start } = sidesThat((_, underWay) => (underWay === 8 ? undefined : 10));
    const { way } = await settle('threads', candidates(undefined), start);
    expect(way).toMatchObject({ underWay: 4 });
    expect(way).not.toHaveProperty('environments');
    expect(way.tried[1]).toEqual({ underWay: 8, perSecond: 1_000, lost: 1 });
  });

  it('is none where each loses messages', async () => {
    const { start, closed } = sidesThat(() => undefined);
    const settling = settle('threads', candidates(undefined), start);
    await expect(settling).rejects.toThrow('threads: messages were lost in each setting');
    expect(closed).toEqual([0]);
  });
});
