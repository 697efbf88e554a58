import { describe, expect, it } from 'vitest';
import { runCell } from '../simulate/cells.ts';
import { measure } from '../simulate/measures.ts';
import { REFERENCE, WEATHERS } from '../simulate/weather.ts';
import { CADENCES, type Contender, CONTENDERS, EXPIRING, HELD, OURS, TUTORIALS } from './contenders.ts';
import { OWN_TIMES } from './own-time.ts';
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
  const all = await survey(CONTENDERS, round());
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
