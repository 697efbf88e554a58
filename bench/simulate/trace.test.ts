import { expect, it } from 'vitest';
import { makeConversation } from './guest.ts';
import { makeRandom } from './random.ts';
import { parseTrace, replayed } from './trace.ts';
import { REFERENCE } from './weather.ts';

const ROWS = 'ann,1,0\nann,1,120.5\nbob,1,10\nann,2,7\nbob,1,30\nann,2,9\n';

it.each([
  ['without a header', ROWS],
  ['with a header', `user,session,press_time\n${ROWS}`],
  [
    'with quotes, blanks, empty lines and the line ends of Windows',
    ROWS.replace(/(\w+),/g, '"$1" , ').replaceAll('\n', '\r\n\r\n'),
  ],
])('a trace %s is read by user and session', (_, text) => {
  expect(parseTrace(text, 'keys.csv')).toEqual([
    [0, 120.5],
    [10, 30],
    [7, 9],
  ]);
});

it('each wrong line is told with its file and number', () => {
  const text = 'user,session,time\nann,1,5\nann,1\nann,1,soon\n,1,9\nann,1,9,extra\nann,1,3\n';
  expect(() => parseTrace(text, 'keys.csv')).toThrow(
    [
      'keys.csv:3: not user,session,press time in milliseconds: "ann,1"',
      'keys.csv:4: not user,session,press time in milliseconds: "ann,1,soon"',
      'keys.csv:5: not user,session,press time in milliseconds: ",1,9"',
      'keys.csv:6: not user,session,press time in milliseconds: "ann,1,9,extra"',
      'keys.csv:7: earlier than the key before in its session',
    ].join('\n'),
  );
});

it.each([
  ['a first line with a time that is wrong is no header', 'ann,1,5ms\nann,1,9\n', 'keys.csv:1: not user'],
  ['a time of too many figures', `ann,1,${'9'.repeat(400)}\nann,1,9\n`, 'keys.csv:1: not user'],
  ['a comma within quotes', '"lee, ann",1,5\n', 'keys.csv:1: a comma within quotes is not read'],
])('%s is refused', (_, text, words) => {
  expect(() => parseTrace(text, 'keys.csv')).toThrow(words);
});

it('many wrong lines are told as ten and a number', () => {
  expect(() => parseTrace('x\n'.repeat(15), 'keys.csv')).toThrow(/keys\.csv:10: .*\nand 5 more$/);
});

it('a trace without a session that has two keys is refused', () => {
  expect(() => parseTrace('ann,1,5\nbob,1,6\n', 'keys.csv')).toThrow(
    'keys.csv: no session with two key presses',
  );
});

it('a replay has every key of a session once, in drafts, with the gaps of the trace within a draft', () => {
  const times = Array.from({ length: 400 }, (_, index) => index * 100);
  const { drafts } = makeConversation(replayed([times]), 0, 1, REFERENCE);
  expect(drafts.length).toBeGreaterThan(5);
  expect(drafts.flatMap(({ keys }) => keys)).toHaveLength(400);
  for (const { keys } of drafts)
    keys.forEach((key, place) => {
      if (place > 0) expect(key - (keys[place - 1] ?? 0)).toBeCloseTo(100, 6);
    });
});

it('a long session is cut into conversations of the usual size, every key in one of them', () => {
  const times = Array.from({ length: 20_000 }, (_, index) => index * 100);
  const source = replayed([times, times.slice(0, 300)]);
  const random = makeRandom(1);
  const parts = Array.from({ length: 50 }, (_, index) => source(index, random));
  expect(parts.flat(2)).toHaveLength(20_300);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(30);
  expect(source(1, random).flat()).toHaveLength(300);
});
