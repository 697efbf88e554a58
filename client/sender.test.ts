import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENT_GAP_MS } from './constants.ts';
import { ENDS, FakeField, FakeSocket, OFF, ON } from './fakes.ts';
import { type SenderOptions, typingSender } from './sender.ts';

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
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const start = () => typingSender(socket, field, { page });

/** A key every so many milliseconds, the first at once. */
function keys(count: number, gapMs: number): void {
  for (let key = 0; key < count; key += 1) {
    if (key > 0) vi.advanceTimersByTime(gapMs);
    field.type('draft');
  }
}

describe('on', () => {
  it('goes out at the first key', () => {
    start();
    field.type('a');
    expect(socket.sent).toEqual([ON]);
  });

  it('waits for the first key after the gap that the relay keeps between two ons', () => {
    const typing = start();
    field.type('a');
    typing.sent();
    vi.advanceTimersByTime(CLIENT_GAP_MS - 1);
    field.type('b');
    expect(socket.sent).toEqual([ON, OFF]);
    vi.advanceTimersByTime(1);
    field.type('bc');
    expect(socket.sent).toEqual([ON, OFF, ON]);
  });

  it('is said again every 5 seconds while keys come', () => {
    start();
    keys(50, 100);
    expect(socket.sent).toEqual([ON]);
    vi.advanceTimersByTime(100);
    field.type('draft');
    expect(socket.sent).toEqual([ON, ON]);
  });

  it('is never said again by a timer', () => {
    start();
    keys(2, 4_999);
    vi.advanceTimersByTime(5_999);
    expect(socket.sent).toEqual([ON]);
  });

  it.each(['', ' ', '\n', ' \n\t'])('is not said for %j: that is no draft', (text) => {
    start();
    field.type(text);
    expect(socket.sent).toEqual([]);
  });

  it('is not said for a draft that a script put there', () => {
    start();
    field.value = 'restored';
    field.dispatchEvent(new Event('focus'));
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([]);
  });
});

describe('off', () => {
  it('goes out once, 6 seconds after the last key', () => {
    start();
    keys(3, 1_000);
    vi.advanceTimersByTime(5_999);
    expect(socket.sent).toEqual([ON]);
    vi.advanceTimersByTime(1);
    expect(socket.sent).toEqual([ON, OFF]);
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON, OFF]);
  });

  it.each(ENDS)('goes out once when %s', (_when, end) => {
    const typing = start();
    end({ typing, field, page });
    expect(socket.sent).toEqual([]);
    field.type('a');
    end({ typing, field, page });
    expect(socket.sent).toEqual([ON, OFF]);
    end({ typing, field, page });
    typing.sent();
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON, OFF]);
    field.type('b');
    expect(socket.sent).toEqual([ON, OFF, ON]);
  });

  it('goes out when the app stops it, and then no more', () => {
    const typing = start();
    field.type('a');
    typing.stop();
    field.type('ab');
    typing.sent();
    typing.stop();
    page.dispatchEvent(new Event('pagehide'));
    expect(socket.sent).toEqual([ON, OFF]);
    expect(socket.listeners).toBe(0);
  });
});

describe('a socket that is not open', () => {
  it.each([0, 2, 3])('in state %i gets nothing, and nothing waits for it', (readyState) => {
    socket.readyState = readyState;
    const typing = start();
    keys(20, 500);
    typing.sent();
    expect(vi.getTimerCount()).toBe(0);
    socket.open();
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([]);
  });

  it('is told by the first key after it opened', () => {
    socket.readyState = 0;
    start();
    field.type('a');
    socket.open();
    field.type('ab');
    expect(socket.sent).toEqual([ON]);
  });

  it('gets no off for what the socket before was told', () => {
    const typing = start();
    field.type('a');
    socket.close();
    socket.open();
    typing.sent();
    expect(socket.sent).toEqual([ON]);
  });

  it('costs the app no exception when its send throws', () => {
    const typing = start();
    vi.spyOn(socket, 'send').mockImplementationOnce(() => {
      throw new Error('gone');
    });
    field.type('a');
    typing.sent();
    field.type('b');
    expect(socket.sent).toEqual([ON]);
  });
});

describe('a function that answers with the current socket', () => {
  it('is asked at each key; a new socket is told at once', () => {
    let current: FakeSocket | undefined;
    typingSender(() => current, field, { page });
    field.type('a');
    current = socket;
    field.type('ab');
    expect(socket.sent).toEqual([ON]);
    socket.close();
    current = new FakeSocket();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('abc');
    expect(current.sent).toEqual([ON]);
    expect(socket.sent).toEqual([ON]);
    expect(socket.listeners).toBe(0);
  });

  it('the off goes to the socket that was told on', () => {
    let current = socket;
    const typing = typingSender(() => current, field, { page });
    field.type('a');
    current = new FakeSocket();
    typing.sent();
    expect(socket.sent).toEqual([ON, OFF]);
    expect(current.sent).toEqual([]);
  });

  it('while it answers with none, or with one that connects, the socket that was told on is told off', () => {
    let current: FakeSocket | undefined = socket;
    typingSender(() => current, field, { page });
    field.type('a');
    current = undefined;
    field.type('ab');
    expect(socket.sent).toEqual([ON, OFF]);
    current = socket;
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('abc');
    current = new FakeSocket();
    current.readyState = 0;
    field.type('abcd');
    expect(socket.sent).toEqual([ON, OFF, ON, OFF]);
  });

  it('the late close of a socket that was replaced changes nothing', () => {
    let current = socket;
    typingSender(() => current, field, { page });
    field.type('a');
    current = new FakeSocket();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('ab');
    expect(current.sent).toEqual([ON]);
    socket.close();
    field.type('abc');
    expect(current.sent).toEqual([ON]);
  });
});

describe('the field', () => {
  it('may be a contenteditable element, read by options.text', () => {
    const element = new EventTarget();
    let text: string | null = null;
    typingSender(socket, element, { page, text: () => text });
    element.dispatchEvent(new Event('input'));
    text = 'a';
    element.dispatchEvent(new Event('input'));
    text = '';
    element.dispatchEvent(new Event('input'));
    expect(socket.sent).toEqual([ON, OFF]);
  });

  it('without a value or options.text is refused', () => {
    // @ts-expect-error: an element that has neither
    expect(() => typingSender(socket, new EventTarget(), { page })).toThrow(TypeError);
  });
});

it('listens to its own window unless told otherwise', () => {
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  typingSender(socket, field);
  field.type('a');
  page.dispatchEvent(new Event('pagehide'));
  expect(socket.sent).toEqual([ON, OFF]);
});

it('has a timer and a listener on the socket only while on', () => {
  const typing = start();
  expect([vi.getTimerCount(), socket.listeners]).toEqual([0, 0]);
  keys(100, 100);
  expect([vi.getTimerCount(), socket.listeners]).toEqual([1, 1]);
  typing.sent();
  expect([vi.getTimerCount(), socket.listeners]).toEqual([0, 0]);
});

it('sets a timer at each on, and none at the keys between', () => {
  start();
  const set = vi.spyOn(globalThis, 'setTimeout');
  keys(60, 100);
  expect(socket.sent).toEqual([ON, ON]);
  expect(set).toHaveBeenCalledTimes(2);
});

type Step =
  | { do: 'type' | 'script'; text: string }
  | { do: 'wait'; ms: number }
  | { do: 'blur' | 'sent' | 'hide' | 'show' | 'close' | 'closing' | 'open' | 'swap' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('type' as const), text: fc.string({ unit: 'grapheme' }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 8_000 }) }),
    },
    fc.record({ do: fc.constant('script' as const), text: fc.string() }),
    fc.record({
      do: fc.constantFrom('blur', 'sent', 'hide', 'show', 'close', 'closing', 'open', 'swap'),
    }),
  ),
  { maxLength: 60 },
);

/** One frame, or the end of the connection that the frames before went over. */
type Entry = { sent: string; at: number; openThen: boolean } | 'closed';

/** Sockets one after the other, and what happened to each. */
function makeSockets() {
  const logs: Entry[][] = [];
  function next(): FakeSocket {
    const made = new FakeSocket();
    const log: Entry[] = [];
    logs.push(log);
    made.send = (sent) => log.push({ sent, at: performance.now(), openThen: made.readyState === 1 });
    made.addEventListener('close', () => log.push('closed'));
    return made;
  }
  let current = next();
  return {
    logs,
    current: () => current,
    close: () => {
      current.close();
    },
    closing: () => {
      current.readyState = 2;
    },
    open: () => {
      // A socket opens again only after it closed.
      if (current.readyState === 2) current.close();
      if (current.readyState === 3) current.open();
    },
    swap: () => {
      current.close();
      current = next();
    },
  };
}

/** Plays steps. @returns what happened to each socket */
function play(script: readonly Step[], options: SenderOptions = {}): Entry[][] {
  const sockets = makeSockets();
  const typing = typingSender(sockets.current, field, { page, ...options });
  const acts: Record<Exclude<Step['do'], 'type' | 'script' | 'wait'>, () => void> = {
    ...sockets,
    blur: () => {
      field.blur();
    },
    sent: () => {
      typing.sent();
    },
    hide: () => page.dispatchEvent(new Event('pagehide')),
    show: () => page.dispatchEvent(new Event('pageshow')),
  };
  for (const step of script) {
    if (step.do === 'type') field.type(step.text);
    else if (step.do === 'script') field.value = step.text;
    else if (step.do === 'wait') vi.advanceTimersByTime(step.ms);
    else acts[step.do]();
  }
  vi.advanceTimersByTime(6_000);
  if (sockets.current().readyState !== 1) sockets.close();
  expect(vi.getTimerCount()).toBe(0);
  typing.stop();
  return sockets.logs;
}

describe('whatever the guest, the app and the network do', () => {
  it('nothing but on and off leaves the page, and only over an open socket', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (script, lapses) => {
        for (const entry of play(script, { lapses }).flat()) {
          if (entry === 'closed') continue;
          expect([ON, OFF]).toContain(entry.sent);
          expect(entry.openThen).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('each connection sees on first, no off twice, an on again after 5 seconds, and an off in the end', () => {
    fc.assert(
      fc.property(steps, (script) => {
        for (const log of play(script)) {
          let onAt: number | undefined;
          for (const entry of log) {
            if (entry === 'closed') {
              onAt = undefined;
            } else if (entry.sent === ON) {
              if (onAt !== undefined) expect(entry.at - onAt).toBeGreaterThanOrEqual(5_000);
              onAt = entry.at;
            } else {
              expect(onAt).toBeDefined();
              onAt = undefined;
            }
          }
          expect(onAt).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('where the bubble lapses, an off comes only within 5 seconds of the on that it ends', () => {
    fc.assert(
      fc.property(steps, (script) => {
        for (const log of play(script, { lapses: true })) {
          let onAt: number | undefined;
          for (const entry of log) {
            if (entry === 'closed') {
              onAt = undefined;
            } else if (entry.sent === ON) {
              if (onAt !== undefined) expect(entry.at - onAt).toBeGreaterThanOrEqual(5_000);
              onAt = entry.at;
            } else {
              expect(entry.at - (onAt ?? -Infinity)).toBeLessThan(5_000);
              onAt = undefined;
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
