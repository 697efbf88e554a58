import { describe, expect, it } from 'vitest';
import { type History, makeFarSide } from './history.ts';
import { addTo, makeTally, measure } from './measures.ts';
import { accuracyGain, isToldApart } from './paired.ts';

/** A minute of typing in two drafts: 0 to 40 s, sent, and 60 to 80 s, abandoned. Watched for 100 s. */
const HISTORY: History = {
  drafts: [
    { keys: [0, 20_000], end: 40_000, how: 'sent' },
    { keys: [60_000, 80_000], end: 80_000, how: 'abandoned' },
  ],
  end: 100_000,
  shown: [
    { from: 1_000, to: 10_000 },
    { from: 12_000, to: 41_000 },
    { from: 45_000, to: 46_000 },
    { from: 63_000, to: 86_000 },
  ],
  calls: [0, 1_000, 4_999, 5_000, 12_000],
  frames: [],
};

const measured = (...histories: History[]) => {
  const tally = makeTally();
  for (const history of histories) addTo(tally, history);
  return measure(tally);
};

describe('of a history that is known', () => {
  const measures = measured(HISTORY);

  it('accuracy is the share of all time in which the bubble is right', () => {
    // Wrong: 1 + 2 s dark, 1 + 1 s lit after the message, 3 s dark, 6 s lit after the abandoned draft.
    expect(measures.accuracy).toBeCloseTo(1 - 14 / 100, 10);
  });
  it('seconds that are dark count per typing minute', () => {
    expect(measures.falseOff).toBeCloseTo(6, 10);
  });
  it('seconds that are lit count apart, after a message and after an abandoned draft', () => {
    expect([measures.falseOnSent, measures.falseOnAbandoned]).toEqual([2, 6]);
  });
  it('a flicker is off and on again within one draft', () => {
    expect(measures.flickers).toBe(1);
  });
  it('calls count per typing minute, and the most within any five seconds', () => {
    expect([measures.calls, measures.callsIn5s]).toEqual([5, 3]);
  });
  it('stuck is what is shown after a draft and before the next', () => {
    expect([measures.stuckSent, measures.stuckAbandoned]).toEqual([2, 6]);
  });
  it('the onset is the time from the first key to the bubble', () => {
    expect([measures.onsetMean, measures.onsetP95]).toEqual([2, 3]);
  });
});

it('a draft whose bubble comes after its end is missed', () => {
  const missed: History = {
    ...HISTORY,
    shown: [
      { from: 40_500, to: 42_000 },
      { from: 60_500, to: 80_000 },
    ],
  };
  expect(measured(missed)).toMatchObject({ missed: 0.5, flickers: 0, stuckSent: 1.5, onsetMean: 0.5 });
});

it('a bubble that is still shown when the next draft begins has no onset, and sticks no longer than until then', () => {
  const lit: History = { ...HISTORY, shown: [{ from: 0, to: 90_000 }] };
  expect(measured(lit)).toMatchObject({
    missed: 0,
    stuckSent: 20,
    stuckAbandoned: 10,
    onsetP95: 0,
    falseOff: 0,
  });
});

it('what a crash leaves is measured apart: mean, p95, longest, and how often it is too long', () => {
  const crash = (stuckMs: number): History => ({
    drafts: [{ keys: [0], end: 1_000, how: 'crashed' }],
    end: 61_000,
    shown: [{ from: 500, to: 1_000 + stuckMs }],
    calls: [],
    frames: [],
  });
  const measures = measured(...[2_000, 4_000, 6_000, 12_000].map(crash));
  expect(measures).toMatchObject({ stuckCrashed: 6, stuckCrashedMax: 12, lateCrashed: 0.25 });
  expect(measures.stuckSent).toBeNaN();
});

it('of crashes that are too long it is told how many had an "off" lost after them', () => {
  const tally = makeTally();
  const crash = (stuckMs: number, lostOffs: number[]): History => ({
    drafts: [{ keys: [0], end: 1_000, how: 'crashed' }],
    end: 61_000,
    shown: [{ from: 500, to: 1_000 + stuckMs }],
    calls: [],
    frames: [],
    lostOffs,
  });
  for (const one of [crash(12_000, [11_000]), crash(12_000, [900]), crash(9_000, [5_000]), crash(13_000, [])])
    addTo(tally, one);
  expect(tally.late).toEqual({ crashes: 3, withLostOff: 1 });
});

describe('errors are from one conversation to another', () => {
  const wrongFor = (ms: number): History => ({
    ...HISTORY,
    shown: [
      { from: 0, to: 40_000 },
      { from: 60_000, to: 80_000 + ms },
    ],
  });
  const each = (...wrong: number[]) => {
    const tally = makeTally();
    for (const ms of wrong) addTo(tally, wrongFor(ms));
    return tally.each;
  };
  it('of the accuracy', () => {
    // Shares of .02 and .04 that are wrong: their standard deviation is .01 √2, and the error of their mean .01.
    expect(measured(wrongFor(2_000), wrongFor(4_000)).accuracyError).toBeCloseTo(0.01, 10);
  });
  it('of a difference in the same conversations, which may be known better', () => {
    const gain = accuracyGain(each(2_000, 4_000), each(3_000, 5_000));
    expect(gain.value).toBeCloseTo(0.01, 10);
    expect(gain.error).toBeCloseTo(0, 10);
    expect(isToldApart(gain)).toBe(true);
    expect(isToldApart(accuracyGain(each(2_000, 4_000), each(1_000, 6_000)))).toBe(false);
  });
});

describe('the far side', () => {
  it('shows an "on" until it expires, the next one from then on', () => {
    const far = makeFarSide(5_000, true);
    far.on(0);
    far.on(4_000);
    far.on(20_000);
    expect(far.close(22_000)).toEqual([
      { from: 0, to: 9_000 },
      { from: 20_000, to: 22_000 },
    ]);
  });
  it('ends it with an off, and with the message where that clears it', () => {
    for (const [clears, to] of [
      [true, 1_000],
      [false, 2_000],
    ] as const) {
      const far = makeFarSide(Infinity, clears);
      far.on(0);
      far.message(1_000);
      far.off(2_000);
      expect(far.close(9_000)).toEqual([{ from: 0, to }]);
    }
  });
});
