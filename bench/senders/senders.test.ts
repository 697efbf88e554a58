import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureKeys, measureMessages } from './contest.ts';
import { framesOf } from './keys.ts';
import { BAD_EVENTS, inWords, KNOWN_KEYS, KNOWN_MESSAGES, KNOWN_SAID } from './known.ts';
import { forwardedOf, takes } from './messages.ts';
import { CONTESTS, outcome, type Outcome } from './outcome.ts';
import { senders } from './part.ts';
import { makeSameWork } from './same-work.ts';
import { makeTime, replaceGlobals } from './time.ts';

describe('virtual time', () => {
  it('runs what is due in its order, also what that sets, and leaves the clock there', () => {
    const time = makeTime();
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name} at ${time.now()}`);
    time.setTimeout(note('late'), 30);
    time.setTimeout(() => time.setTimeout(note('chained'), 5), 10);
    time.clearTimeout(time.setTimeout(note('cleared'), 12));
    time.moveTo(20);
    expect(ran).toEqual(['chained at 15']);
    expect(time.now()).toBe(20);
    time.moveTo(30);
    expect(ran).toEqual(['chained at 15', 'late at 30']);
  });

  it('has nothing due after a reset', () => {
    const time = makeTime();
    const ran: number[] = [];
    time.setTimeout(() => ran.push(1), 10);
    time.reset();
    time.moveTo(20);
    expect(ran).toEqual([]);
  });
});

describe('what is documented of each side comes of the known trace', () => {
  const time = makeTime();
  let putBack: () => void;
  beforeEach(() => {
    putBack = replaceGlobals(time);
  });
  afterEach(() => {
    putBack();
  });

  it.each(CONTESTS.keys)('in the page: %s', (name) => {
    expect(inWords(framesOf(name, KNOWN_KEYS, time))).toBe(KNOWN_SAID[name]);
  });

  it.each(CONTESTS.messages)('in the relay: %s', (name) => {
    expect(inWords(forwardedOf(name, KNOWN_MESSAGES, time))).toBe(KNOWN_SAID[name]);
  });

  it.each(CONTESTS.messages)('every bad event is refused, and a good one is not: %s', (name) => {
    expect(BAD_EVENTS.filter((event) => takes(name, event))).toEqual([]);
    expect(takes(name, KNOWN_MESSAGES.messages[0]?.event)).toBe(true);
  });
});

describe('the same work', () => {
  const ours: Outcome = { ns: 1, steps: 100, said: 9, known: KNOWN_SAID.ours, took: [] };
  const zulip: Outcome = { ...ours, said: 5, known: KNOWN_SAID.Zulip };

  it('is what both do who say what they document to the same keys', () => {
    const same = makeSameWork();
    same.add('ours', ours);
    same.add('Zulip', zulip);
    expect(() => {
      same.add('ours', ours);
    }).not.toThrow();
  });

  it.each([
    ['a frame that is left out', { ...zulip, known: 'on 0 off 40.5 on 60 off 72' }, /said "on 0 off 40.5/],
    ['fewer keys', { ...zulip, steps: 99 }, /Zulip was given 99 keys or messages, ours 100/],
    ['a bad event that was taken', { ...zulip, took: [3] }, /took what is no message: events 3/],
    ['silence', { ...zulip, said: 0 }, /Zulip said nothing/],
  ])('is not: %s', (_, outcome, words) => {
    const same = makeSameWork();
    same.add('ours', ours);
    expect(() => {
      same.add('Zulip', outcome);
    }).toThrow(words);
  });

  it('is not what another round did otherwise', () => {
    const same = makeSameWork();
    same.add('ours', ours);
    expect(() => {
      same.add('ours', { ...ours, said: 8 });
    }).toThrow('ours said 8 times what it said 9 times before');
  });
});

it('a measurement tells the work that was done, in real time', async () => {
  for (const measured of [
    await measureKeys('ours', 0),
    await measureMessages('Zulip', 0),
    await measureMessages('Stream', 0, 'asking'),
  ])
    expect(outcome.parse(measured).steps).toBeGreaterThan(1_000);
});

describe('the section', () => {
  const figure = { median: 2, min: 1, max: 3, rounds: 9 };
  const contest = (ours: string, median: number) => ({
    steps: 100,
    sides: [ours, 'Zulip', 'Stream'].map((name) => ({ name, said: 10, ns: figure })),
    ratios: ['Zulip', 'Stream'].map((theirs) => ({ ours, theirs, ratio: { ...figure, median } })),
  });

  it('meets a goal at the same time as the other side, and misses it above', () => {
    const { goals, text } = senders.section({
      keys: contest('ours', 1),
      messages: contest('ours, held', 1.01),
      first: contest('ours, held', 0.5),
      frames: contest('ours, held', 0.98),
      asking: contest('ours, held', 1.2),
      decisions: contest('ours, held', 0.99),
    });
    expect(goals.map(({ isMet }) => isMet)).toEqual([
      ...[true, true],
      ...[true, true],
      ...[false, false],
      ...[false, false],
      ...[true, true],
    ]);
    expect(text).toContain('| Zulip | 2.00 (1.00 to 3.00) | 10.0 | 1.00× (1.00 to 3.00) |');
    expect(text).not.toMatch(/NaN|undefined/);
  });
});
