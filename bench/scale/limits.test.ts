import { describe, expect, it } from 'vitest';
import { noCounts, scaled } from './counts.ts';
import { bindsAt, refusedShare, stepsTo, useOf } from './limits.ts';
import { quotasOf } from './quotas.ts';
import { RATES, ratesOf, type Sample, superpose } from './sample.ts';
import {
  KEPT_OPEN,
  OPEN_MESSAGING,
  PARTICIPANT_STATE,
  TYPING_FRAME,
  type Way,
  WAYS,
  WEB_MESSAGING,
} from './upstreams.ts';

const quotas = quotasOf({ throttleRate: 1_000, webhookThrottleRate: 200 });
const quota = (id: string) => {
  const found = quotas.find((one) => one.id === id);
  if (!found) throw new Error(`no quota ${id}`);
  return found;
};

/** Chats of 300 seconds that ask for the same in every second. */
function even(
  way: Way,
  { frames, busyMs, writes, requests }: Record<'frames' | 'busyMs' | 'writes' | 'requests', number>,
): Pick<Sample, 'way' | 'mean'> {
  const connections = 1 / 300;
  return {
    way,
    mean: { ...noCounts(), connections, frames, typingMs: busyMs, writes, requests, calls: requests },
  };
}

/** They are all alike: each second is the mean. */
function binds(sample: ReturnType<typeof even>, id: string): number {
  const uses = stepsTo(1_000_000).map((chats) => {
    const mean = ratesOf(sample.way, scaled(sample.mean, chats));
    return useOf(quota(id), sample, { chats, mean, seconds: [mean] });
  });
  return bindsAt(uses);
}

describe('where a limit binds', () => {
  const frame = { frames: 0.125, busyMs: 25, writes: 0.25, requests: 0.1 };
  it.each([
    // 1,000 messages a second at one in eight seconds.
    [TYPING_FRAME.name, 'stage-throttle', 8_000],
    // 10,000 at 0.125 and a connection each 300 seconds.
    [TYPING_FRAME.name, 'requests', 10_000 / (0.125 + 1 / 300)],
    [TYPING_FRAME.name, 'connections', 150_000],
    // 25 ms a second are a fortieth of an environment, and 8 ms go to each connection.
    [TYPING_FRAME.name, 'new-account', 10_000 / (25 + 8 / 300)],
    [WEB_MESSAGING.name, 'concurrency', 1_000_000 / (25 + 8 / 300)],
    [KEPT_OPEN.name, 'kept-environments', 80],
    // The frame's, and three for each connection; the webhook's, one for each message upstream.
    [TYPING_FRAME.name, 'invocations', 10_000 / (0.125 + 3 / 300)],
    [OPEN_MESSAGING.name, 'invocations', 10_000 / (0.125 + 3 / 300 + 0.1)],
    // A ticket for each connection.
    [TYPING_FRAME.name, 'table-warm', 4_000 / (0.25 + 1 / 300)],
    [TYPING_FRAME.name, 'table', 40_000 / (0.25 + 1 / 300)],
    // 300 a minute at six.
    [PARTICIPANT_STATE.name, 'genesys-requests', 50],
    [OPEN_MESSAGING.name, 'webhook-throttle', 2_000],
  ] as const)('for %s: %s at its arithmetic', (name, id, chats) => {
    const way = WAYS.find((one) => one.name === name) ?? TYPING_FRAME;
    expect(binds(even(way, frame), id) / chats).toBeCloseTo(1, 3);
  });

  it('is nowhere where all of them use less', () => {
    expect(binds(even(TYPING_FRAME, { ...frame, writes: 0.001 }), 'table')).toBe(Infinity);
  });

  it('is in proportion below the smallest number that was looked at', () => {
    expect(bindsAt([{ chats: 10, share: 4 }])).toBe(2.5);
  });

  it('lies on a straight line of logarithms between two sizes', () => {
    expect(
      bindsAt([
        { chats: 100, share: 0.1 },
        { chats: 10_000, share: 10 },
      ]),
    ).toBeCloseTo(1_000, 6);
  });

  it('is asked of a way only where the limit is one for it', () => {
    expect(quota('genesys-requests').applies(WEB_MESSAGING)).toBe(false);
    expect(quota('kept-environments').applies(WEB_MESSAGING)).toBe(false);
    // Two environments of its own: no more is taken of the account.
    expect(quota('concurrency').applies(KEPT_OPEN)).toBe(false);
    expect(quota('queue-pollers').applies(WEB_MESSAGING)).toBe(false);
  });

  it('says where each limit stands', () => {
    for (const { source, remedy } of quotas) {
      expect(source).toMatch(/^https:|\.ts$|^MyPureCloud\//);
      expect(remedy).not.toBe('');
    }
  });
});

it('looks at 1, 2 and 5 of each decade, up to the largest number', () => {
  expect(stepsTo(150)).toEqual([10, 20, 50, 100, 150]);
  expect(stepsTo(1_000).at(-1)).toBe(1_000);
});

describe('chats laid over each other', () => {
  const traces = [new Float32Array(RATES.length * 20), new Float32Array(RATES.length * 30)];
  // One frame in the first second of each, and nothing else.
  for (const trace of traces) trace[0] = 1;

  it('ask for as much as each alone, at moments of their own', async () => {
    const seconds = await superpose({ traces }, 1_000, 1);
    const sum = seconds.reduce((all, { frames }) => all + frames, 0);
    // A minute holds three rounds of 20 seconds and two of 30.
    expect(sum).toBe(500 * 3 + 500 * 2);
    expect(Math.max(...seconds.map(({ frames }) => frames))).toBeLessThan(100);
    expect(seconds.every(({ writes }) => writes === 0)).toBe(true);
  });

  it('are the same for the same seed, and others for another', async () => {
    const seconds = await superpose({ traces }, 100, 7);
    expect(await superpose({ traces }, 100, 7)).toEqual(seconds);
    expect(await superpose({ traces }, 100, 8)).not.toEqual(seconds);
  });
});

describe('a throttle', () => {
  it('refuses nothing of what comes at its rate', () => {
    expect(
      refusedShare(
        Array.from({ length: 60 }, () => 1_000),
        1_000,
        500,
      ),
    ).toBe(0);
  });
  it('refuses half of twice as much, once the burst is spent', () => {
    // 60 seconds bring 120,000; 60,000 and the burst of 500 pass.
    const share = refusedShare(
      Array.from({ length: 60 }, () => 2_000),
      1_000,
      500,
    );
    expect(share).toBeCloseTo((120_000 - 60_500) / 120_000, 3);
  });
  it('saves no more than its burst while nothing comes', () => {
    // After three quiet seconds 3,000 come in one: 1,000 and the burst of 500 pass, but for one step of the bucket.
    expect(refusedShare([0, 0, 0, 3_000], 1_000, 500)).toBeCloseTo(0.5, 1);
  });
  it('refuses nothing of nothing', () => {
    expect(refusedShare([0, 0], 1_000, 500)).toBe(0);
  });
});
