import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENT_GAP_MS, CLIENT_IDLE_MS, CLIENT_REFRESH_MS } from './constants.ts';
import { ENDS, FakeField, FakeSocket, OFF, ON } from './fakes.ts';
import { typingSender } from './sender.ts';

/** The sender before an upstream that knows no off, where the bubble lapses: what it spares, and when it may not. */

let socket: FakeSocket;
let field: FakeField;
let page: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  field = new FakeField();
  page = new EventTarget();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Ends of a draft after which the same sender goes on. */
const STAYS = ENDS.filter(([when]) => when !== 'the page goes');

const start = () => typingSender(socket, field, { page, lapses: true });

/** A key every so many milliseconds, the first at once. */
function keys(count: number, gapMs: number): void {
  for (let key = 0; key < count; key += 1) {
    if (key > 0) vi.advanceTimersByTime(gapMs);
    field.type('draft');
  }
}

describe('no off', () => {
  it('a draft and its refreshes are said as ever, and no off after six seconds without a key', () => {
    start();
    keys(51, 100);
    expect(socket.sent).toEqual([ON, ON]);
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON, ON]);
  });

  it.each(STAYS)('no off goes out when %s', (_when, end) => {
    const typing = start();
    field.type('a');
    end({ typing, field, page });
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON]);
  });

  it('a page that goes says it, and so does an app that stops it: who comes after has another connection', () => {
    start();
    field.type('a');
    page.dispatchEvent(new Event('pagehide'));
    expect(socket.sent).toEqual([ON, OFF]);
    const typing = start();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('b');
    typing.sent();
    typing.stop();
    expect(socket.sent.slice(-2)).toEqual([ON, OFF]);
  });

  it('nothing is said by either where the last on is five seconds old, and nothing stays behind', () => {
    const typing = start();
    field.type('a');
    vi.advanceTimersByTime(CLIENT_REFRESH_MS);
    page.dispatchEvent(new Event('pagehide'));
    typing.stop();
    field.type('b');
    expect(socket.sent).toEqual([ON]);
    expect([vi.getTimerCount(), socket.listeners]).toEqual([0, 0]);
  });

  it('has no timer at all', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    start();
    keys(60, 100);
    expect(set).not.toHaveBeenCalled();
  });
});

describe('the next draft', () => {
  it('a draft that begins 5 seconds after the last on, or later, begins with on', () => {
    const typing = start();
    field.type('a');
    typing.sent();
    vi.advanceTimersByTime(CLIENT_REFRESH_MS);
    field.type('b');
    expect(socket.sent).toEqual([ON, ON]);
  });

  it('so does one that begins after a pause that was an end where the bubble is held', () => {
    start();
    keys(2, CLIENT_IDLE_MS);
    expect(socket.sent).toEqual([ON, ON]);
  });

  it.each(STAYS)('a draft that follows sooner begins with the spared off when %s', (_when, end) => {
    const typing = start();
    field.type('a');
    end({ typing, field, page });
    vi.advanceTimersByTime(CLIENT_REFRESH_MS - 1);
    field.type('b');
    expect(socket.sent).toEqual([ON, OFF]);
    field.type('bc');
    field.type('bcd');
    expect(socket.sent).toEqual([ON, OFF, ON]);
  });

  it('its on keeps the gap that the relay keeps between two ons', () => {
    const typing = start();
    field.type('a');
    typing.sent();
    vi.advanceTimersByTime(CLIENT_GAP_MS - 2);
    keys(2, 1);
    expect(socket.sent).toEqual([ON, OFF]);
    vi.advanceTimersByTime(1);
    field.type('bcd');
    expect(socket.sent).toEqual([ON, OFF, ON]);
  });

  it('one draft after another: each says its off and its on', () => {
    const typing = start();
    for (let draft = 0; draft < 3; draft += 1) {
      keys(3, 700);
      typing.sent();
    }
    expect(socket.sent).toEqual([ON, OFF, ON, OFF, ON]);
  });
});

describe('sockets that come and go', () => {
  it('a socket that closed, or another one, is told on at once: an off of it would count for nothing', () => {
    let current = socket;
    const typing = typingSender(() => current, field, { page, lapses: true });
    field.type('a');
    typing.sent();
    socket.close();
    socket.open();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('b');
    expect(socket.sent).toEqual([ON, ON]);
    typing.sent();
    socket.close();
    current = new FakeSocket();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('c');
    expect(current.sent).toEqual([ON]);
  });

  it('the spared off goes to the socket that was told on, while that is open', () => {
    let current: FakeSocket | undefined = socket;
    typingSender(() => current, field, { page, lapses: true });
    field.type('a');
    current = undefined;
    field.type('ab');
    expect(socket.sent).toEqual([ON]);
    current = new FakeSocket();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('abc');
    field.type('abcd');
    expect([socket.sent, current.sent]).toEqual([[ON, OFF], [ON]]);
  });
});
