import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket } from './fakes.ts';
import { typingReceiver } from './receiver.ts';

let socket: FakeSocket;
let page: EventTarget;
let shows: boolean[];

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  page = new EventTarget();
  shows = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const show = (isTyping: boolean): void => void shows.push(isTyping);
const start = () => typingReceiver(socket, show, { page });

function agent(isTyping: boolean, expiresInMs?: unknown): void {
  socket.receive(JSON.stringify({ type: 'typing', data: { isTyping, expiresInMs } }));
}

describe('an on', () => {
  it('shows, and expires after the time it says', () => {
    start();
    agent(true, 2_000);
    vi.advanceTimersByTime(1_999);
    expect(shows).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(shows).toEqual([true, false]);
  });

  it('that shows already only moves the expiry', () => {
    start();
    for (let refresh = 0; refresh < 10; refresh += 1) {
      agent(true, 7_000);
      vi.advanceTimersByTime(6_999);
    }
    expect(shows).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(shows).toEqual([true, false]);
  });

  it.each([
    [undefined, 7_000],
    ['9000', 7_000],
    [null, 7_000],
    [0, 1],
    [-5, 1],
    [60_001, 60_000],
    [1e300, 60_000],
  ])('with expiresInMs %j shows for %i ms', (expiresInMs, ms) => {
    start();
    agent(true, expiresInMs);
    vi.advanceTimersByTime(ms - 1);
    expect(shows).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(shows).toEqual([true, false]);
  });
});

describe('what is shown is hidden, once, when', () => {
  const ends: [string, (receiver: ReturnType<typeof start>) => void][] = [
    [
      'an off comes',
      () => {
        agent(false);
      },
    ],
    [
      'the socket closes',
      () => {
        socket.close();
      },
    ],
    [
      "the agent's message was shown",
      (receiver) => {
        receiver.message();
      },
    ],
    [
      'the app stops it',
      (receiver) => {
        receiver.stop();
      },
    ],
  ];
  it.each(ends)('%s', (_when, end) => {
    const receiver = start();
    agent(true);
    end(receiver);
    expect(shows).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(0);
    end(receiver);
    vi.advanceTimersByTime(60_000);
    expect(shows).toEqual([true, false]);
  });

  it.each(['pageshow', 'visibilitychange'])(
    'the page resumes (%s) and the clock is past the deadline',
    (name) => {
      const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
      start();
      agent(true, 7_000);
      now.mockReturnValue(7_999);
      page.dispatchEvent(new Event(name));
      expect(shows).toEqual([true]);
      now.mockReturnValue(8_000);
      page.dispatchEvent(new Event(name));
      expect(shows).toEqual([true, false]);
      expect(vi.getTimerCount()).toBe(0);
      now.mockRestore();
    },
  );
});

it('nothing is told that does not change', () => {
  const receiver = start();
  agent(false);
  receiver.message();
  socket.close();
  receiver.stop();
  expect(shows).toEqual([]);
});

it('after stop nothing is heard', () => {
  start().stop();
  agent(true);
  expect(shows).toEqual([]);
  expect(socket.listeners).toBe(0);
});

it('a wall clock that jumps changes nothing', () => {
  start();
  agent(true, 7_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(shows).toEqual([true]);
});

it('has no timer while nothing is shown', () => {
  start();
  expect(vi.getTimerCount()).toBe(0);
  agent(true);
  agent(true);
  expect(vi.getTimerCount()).toBe(1);
  agent(false);
  expect(vi.getTimerCount()).toBe(0);
});

describe('anything else on the socket passes by:', () => {
  it.each([
    ['text that is no JSON', 'typing'],
    ['an empty frame', ''],
    ['a binary frame', new Uint8Array([1, 2]).buffer],
    ['a value that only reads like a frame', ['{"type":"typing","data":{"isTyping":true}}']],
    ['null', 'null'],
    ['a list', '[{"type":"typing","data":{"isTyping":true}}]'],
    ['another type', '{"type":"pong"}'],
    ['an error', '{"type":"error","error":{"code":"bad_json","message":"","requestId":"1"}}'],
    ['typing without data', '{"type":"typing"}'],
    ['typing whose data is null', '{"type":"typing","data":null}'],
    ['typing that is a word', '{"type":"typing","data":{"isTyping":"true"}}'],
  ])('%s', (_what, data) => {
    start();
    socket.receive(data);
    expect(shows).toEqual([]);
    agent(true);
    socket.receive(data);
    expect(shows).toEqual([true]);
  });

  it('any text or value at all', () => {
    start();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (data) => {
        socket.receive(data);
        socket.dispatchEvent(new Event('message'));
        expect(shows).toEqual([]);
      }),
    );
  });
});

it('whatever comes, show is called with true and false in turn, and ends with false', () => {
  const step = fc.oneof(
    fc.record({ isTyping: fc.boolean(), expiresInMs: fc.integer({ min: -10, max: 70_000 }) }),
    fc.constantFrom('message', 'close', 'pageshow'),
    fc.integer({ min: 0, max: 9_000 }),
  );
  fc.assert(
    fc.property(fc.array(step), (script) => {
      shows = [];
      const receiver = start();
      for (const act of script) {
        if (typeof act === 'number') vi.advanceTimersByTime(act);
        else if (typeof act === 'object') agent(act.isTyping, act.expiresInMs);
        else if (act === 'message') receiver.message();
        else (act === 'close' ? socket : page).dispatchEvent(new Event(act));
      }
      vi.advanceTimersByTime(60_000);
      expect(vi.getTimerCount()).toBe(0);
      receiver.stop();
      expect(shows).toEqual(shows.map((_, index) => index % 2 === 0));
      expect(shows.length % 2).toBe(0);
    }),
  );
});
