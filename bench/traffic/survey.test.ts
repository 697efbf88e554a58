import { describe, expect, it } from 'vitest';
import { runCell } from '../simulate/cells.ts';
import { measure } from '../simulate/measures.ts';
import { REFERENCE, WEATHERS } from '../simulate/weather.ts';
import {
  CADENCES,
  type Contender,
  CONTENDERS,
  EXPIRING,
  FED,
  HELD,
  OURS,
  SAME_UPSTREAM,
  TUTORIALS,
} from './contenders.ts';
import { drive } from './drive.ts';
import { OWN_TIMES } from './own-time.ts';
import { replay } from './replay.ts';
import { longDrafts, type Round, survey } from './survey.ts';

const lossless = WEATHERS.find(({ name }) => name === 'no loss') ?? REFERENCE;
const round = (changes: Partial<Round> = {}): Round => ({
  seed: 1,
  conversations: 2,
  weather: lossless,
  ownTimes: OWN_TIMES,
  signal: new AbortController().signal,
  ...changes,
});
const only = async (contender: Contender, changes?: Partial<Round>) => {
  const [one] = await survey([contender], round(changes));
  if (!one) throw new Error('nothing was surveyed');
  return one;
};

describe('a typing minute of the tutorial design', () => {
  it.each(TUTORIALS)('has a read, a write, a call and an answer for each frame: $name', async (tutorial) => {
    const { frames, calls, usage } = await only(tutorial);
    expect(usage).toMatchObject({
      messages: 2 * frames,
      invocations: frames,
      eventualReads: frames,
      writes: frames,
      queueRequests: 0,
      memoryMb: 128,
    });
    expect(calls).toBe(frames);
  });

  it('has a frame for each key; a held upstream is told "off" as well', async () => {
    const [held, expiring] = TUTORIALS;
    if (!held || !expiring) throw new Error('there are two');
    const one = await only(expiring);
    expect(one.frames).toBe(one.keys);
    const other = await only(held);
    expect(other.frames).toBeGreaterThan(other.keys);
  });

  it('takes the time of its own for each run', async () => {
    const [tutorial] = TUTORIALS;
    if (!tutorial) throw new Error('there are two');
    const slower = {
      ...OWN_TIMES,
      tutorial: { ...OWN_TIMES.tutorial, ms: OWN_TIMES.tutorial.ms + 10 },
    };
    const one = await only(tutorial);
    const other = await only(tutorial, { ownTimes: slower });
    expect(other.usage.lambdaMs - one.usage.lambdaMs).toBeCloseTo(10 * one.frames, 5);
  });
});

describe('a typing minute of ours', () => {
  it.each(OURS)('has fewer frames than keys, and no answer: $name', async (ours) => {
    const { frames, keys, usage } = await only(ours);
    expect(frames).toBeLessThan(keys / 5);
    expect(usage.messages).toBe(frames);
    expect(usage.connectionMinutes).toBe(0);
  });

  it('says no "off" to an upstream that knows none: each frame is a call', async () => {
    const { frames, calls } = await only(EXPIRING);
    expect(frames).toBe(calls);
  });

  it('pays for the queue where what is shown is held, and only there', async () => {
    expect((await only(HELD)).usage.queueRequests).toBeGreaterThan(0);
    expect((await only(EXPIRING)).usage.queueRequests).toBe(0);
  });

  it('takes the time of its own for each run, watches too', async () => {
    const slower = { ...OWN_TIMES, ours: { ...OWN_TIMES.ours, ms: OWN_TIMES.ours.ms + 10 } };
    const one = await only(HELD);
    const other = await only(HELD, { ownTimes: slower });
    expect(other.usage.lambdaMs - one.usage.lambdaMs).toBeCloseTo(10 * one.usage.invocations, 5);
  });
});

describe('the relay with a client of every key', () => {
  it.each(FED)('forwards few of the frames, and writes for each: $name', async (fed) => {
    const { frames, calls, usage } = await only(fed);
    expect(calls).toBeLessThan(frames / 5);
    expect(usage.writes).toBeGreaterThan(frames);
    expect(usage.messages).toBe(frames);
  });

  it.each(FED)('gets the frames that the tutorial gets: $name', async (fed) => {
    const tutorial = TUTORIALS.filter(({ timing }) => timing === fed.timing);
    const [one, other] = await survey([fed, ...tutorial], round({ weather: REFERENCE }));
    expect(one?.frames).toBe(other?.frames);
  });

  it('is not compared with a client that says something else', async () => {
    const [fed] = FED;
    const [tutorial] = TUTORIALS;
    if (!fed || !tutorial) throw new Error('there are two');
    const slower = { ...fed, policy: { ...fed.policy, refresh: 100 } };
    await expect(survey([tutorial, slower], round())).rejects.toThrow('not the same frames');
  });

  it.each(FED)('is told off for a flood, comes back, and says the same all the while: $name', async (fed) => {
    const keys = Array.from({ length: 100 }, (_, key) => 1_000 + 50 * key);
    const conversation = { drafts: [{ keys, end: 6_000, how: 'sent' as const }], end: 20_000 };
    const place = { seed: 1, index: 0, weather: lossless, own: OWN_TIMES.ours };
    const [tutorial] = TUTORIALS.filter(({ timing }) => timing === fed.timing);
    if (!tutorial) throw new Error('there are two');
    const flood = await drive(fed, conversation, place);
    const calm = await drive(tutorial, conversation, place);
    expect(flood.floods).toBeGreaterThan(1);
    expect(flood.usage.messages).toBe(flood.frames + (flood.floods ?? 0));
    expect(flood.history.frames).toEqual(calm.history.frames);
    expect(flood.received).toEqual(calm.received);
    expect(flood.calls).toBe(flood.farSide.reached);
  });
});

it.each([...OURS, ...FED, ...TUTORIALS])('$name tells its own time from its waiting', async (contender) => {
  const { ours, tutorial } = OWN_TIMES;
  const none = { ours: { ...ours, ms: 0 }, tutorial: { ...tutorial, ms: 0 } };
  const { usage, ownMs } = await only(contender);
  const without = await only(contender, { ownTimes: none });
  expect(usage.lambdaMs - ownMs).toBeCloseTo(without.usage.lambdaMs, 5);
});

describe('the cadences before the upstreams of ours', () => {
  const typed = ({ way, ...cadence }: (typeof SAME_UPSTREAM)[number]) =>
    replay({ ...cadence, way }, { seed: 1, index: 0, weather: lossless, ownTimes: OWN_TIMES });
  const held = SAME_UPSTREAM.filter(({ way }) => way === HELD.way);
  const expiring = SAME_UPSTREAM.filter(({ way }) => way === EXPIRING.way);

  it('are all of them, before each', () => {
    expect(held).toHaveLength(CADENCES.length);
    expect(expiring).toHaveLength(CADENCES.length);
  });

  it.each(expiring)('are told no "off" where it expires, and shown for 7 s: $name', async (cadence) => {
    const { history } = await typed(cadence);
    expect(history.frames.every(({ on }) => on)).toBe(true);
    const last = (to: number) => history.frames.findLast(({ at }) => at < to)?.at ?? NaN;
    for (const { to } of history.shown) expect(to - last(to)).toBeLessThan(8_000);
  });

  it.each(held)('end by "off", the message, or not at all where it is held: $name', async (cadence) => {
    const { history } = await typed(cadence);
    const offs = history.frames.filter(({ on }) => !on).map(({ at }) => at);
    const sent = history.drafts.filter(({ how }) => how === 'sent').map(({ end }) => end);
    const ends = [...offs, ...sent, history.end];
    for (const { to } of history.shown)
      expect(
        ends.some((end) => end <= to && to - end < 1_000),
        `ended at ${to}`,
      ).toBe(true);
  });
});

it.each(CADENCES)('$name has a write and a call for each frame, and nothing else', async (cadence) => {
  const { frames, calls, usage } = await only(cadence);
  expect(calls).toBe(frames);
  expect(usage).toMatchObject({
    messages: frames,
    invocations: frames,
    writes: frames,
    reads: 0,
    eventualReads: 0,
    queueRequests: 0,
  });
});

it.each(CADENCES)('$name is as right here as its model in bench/simulate', async (cadence) => {
  const { tally } = await only(cadence, { weather: REFERENCE, conversations: 60 });
  const { policy } = cadence;
  const model = await runCell({
    id: policy.name,
    subject: { kind: 'peer', policy },
    weather: REFERENCE,
    drafts: 600,
    seed: 1,
  });
  const here = measure(tally);
  expect(tally.calls).toBeGreaterThan(0.98 * model.counts.calls);
  expect(Math.abs(here.accuracy - model.measures.accuracy)).toBeLessThan(0.005);
});

it('gives everybody the same keys, and other ones for another seed', async () => {
  const all = await survey([...CONTENDERS, ...SAME_UPSTREAM], round());
  expect(new Set(all.map(({ keys, typingMs }) => `${keys} ${typingMs}`)).size).toBe(1);
  expect((await only(HELD, { seed: 2 })).keys).not.toBe(all[0]?.keys);
});

it('counts drafts of two seconds and more, and those of them that were shown', () => {
  const draft = (from: number, end: number) => ({ keys: [from], end, how: 'sent' as const });
  const drafts = [draft(0, 1_000), draft(5_000, 8_000), draft(10_000, 13_000)];
  expect(longDrafts({ drafts, shown: [{ from: 5_100, to: 8_100 }] })).toEqual({ drafts: 2, shown: 1 });
});

it('ends when it is told to', async () => {
  await expect(survey(CONTENDERS, round({ signal: AbortSignal.abort() }))).rejects.toThrow('aborted');
});
