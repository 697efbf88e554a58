import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { serve } from '../../test/http-server.ts';
import { makeKeptSockets } from './kept-sockets.ts';

/** A far side whose pings the test answers, and sockets that are kept by a clock that the test moves. */
async function setUp(repeats = false) {
  const { server, url } = await serve(() => ({ status: 404 }));
  const far = new WebSocketServer({ server, autoPong: false });
  const pings: string[] = [];
  let answers = true;
  far.on('connection', (socket) => {
    socket.on('ping', (data) => {
      pings.push(data.toString());
      if (answers) socket.pong(data);
    });
  });
  const clock = { now: 0 };
  const kept = makeKeptSockets(() => clock.now, repeats);
  onTestFinished(() => {
    kept.close();
    far.close();
  });
  const opened: WebSocket[] = [];
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace('http', 'ws'));
    await once(socket, 'open');
    opened.push(socket);
    return socket;
  };
  return {
    clock,
    opened,
    pings,
    mute: () => (answers = false),
    kept,
    open,
    /** Uses the socket for nothing. @returns its number */
    use: (key = 'guest', ms = 2_000) =>
      kept.use(key, open, clock.now + ms, (socket) => Promise.resolve(opened.indexOf(socket))),
    /** A pong that answers nothing. */
    heartbeat: async () => {
      const came = once(opened.at(-1) ?? far, 'pong');
      for (const socket of far.clients) socket.pong();
      await came;
    },
    answered: async () => once(opened.at(-1) ?? far, 'pong'),
  };
}

describe('a socket whose answer nobody waits for', () => {
  it('gets a ping along, which nobody waits for', async () => {
    const { use, answered, pings, clock } = await setUp();
    await use();
    await answered();
    clock.now += 1_000;
    expect(await use()).toBe(0);
    await answered();
    clock.now += 1_000;
    expect(await use()).toBe(0);
    await answered();
    expect(pings).toEqual(['1', '2', '3']);
  });

  it('and whose far side is gone without a word is opened anew with the message after', async () => {
    const { use, answered, mute, clock } = await setUp();
    await use();
    await answered();
    mute();
    clock.now += 1_000;
    expect(await use()).toBe(0);
    clock.now += 1_000;
    expect(await use()).toBe(1);
  });

  it('and whose far side never answers any is kept as long as messages come', async () => {
    const { use, mute, clock, opened } = await setUp();
    mute();
    for (let message = 0; message < 4; message += 1) {
      expect(await use()).toBe(0);
      clock.now += 1_500;
    }
    expect(opened).toHaveLength(1);
  });

  it('and whose far side was gone before it could answer any is doubted where others answer', async () => {
    const { use, answered, mute, clock } = await setUp();
    await use('another guest');
    await answered();
    mute();
    expect(await use()).toBe(1);
    clock.now += 1_000;
    expect(await use()).toBe(2);
  });

  it('and whose far side sends pongs that nobody asked for is doubted all the same', async () => {
    const { use, answered, mute, heartbeat, clock } = await setUp();
    await use();
    await answered();
    mute();
    clock.now += 1_000;
    expect(await use()).toBe(0);
    await heartbeat();
    clock.now += 1_000;
    expect(await use()).toBe(1);
  });

  it('and whose far side answers late is kept', async () => {
    const { use, clock, opened } = await setUp();
    await use();
    clock.now += 1_000;
    await use();
    // At once: the answer to the ping that went along cannot be there yet.
    expect(await use()).toBe(0);
    expect(opened).toHaveLength(1);
  });
});

describe('what may be done twice', () => {
  it.each([
    ['is done on a new socket as well where the ping that went along has no answer', 1_000, 1],
    ['waits for no answer within a second', 999, 0],
  ])('%s', async (_, idle, expected) => {
    const { use, answered, mute, clock } = await setUp(true);
    await use();
    await answered();
    mute();
    clock.now += idle;
    expect(await use()).toBe(expected);
  });
});

describe('a frame within a second of the one before', () => {
  it('waits for no answer, also where those of others came', async () => {
    const { use, answered, mute } = await setUp(true);
    await use('another guest');
    await answered();
    mute();
    expect(await use()).toBe(1);
    expect(await use()).toBe(1);
  });
});

describe('an answer that does not come', () => {
  it.each([
    ['half a second', 2_000, 500],
    ['half of what is left at most: a new socket needs the rest', 400, 200],
  ])('is waited for %s', async (_, left, waited) => {
    const { use, answered, mute, clock } = await setUp(true);
    await use();
    await answered();
    mute();
    clock.now += 1_000;
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => {
      timers.mockRestore();
    });
    expect(await use('guest', left)).toBe(1);
    expect(timers).toHaveBeenCalledWith(expect.any(Function), waited);
  });
});

describe('a socket that was idle for a minute', () => {
  it('is not used again', async () => {
    const { use, clock, opened } = await setUp();
    await use();
    clock.now += 60_000;
    expect(await use()).toBe(1);
    expect(opened[0]?.readyState).not.toBe(WebSocket.OPEN);
  });
});

describe('two messages of one key at once', () => {
  it('leave one socket open', async () => {
    const { use, opened } = await setUp();
    await Promise.all([use(), use()]);
    expect(opened).toHaveLength(2);
    expect(opened.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(1);
  });

  it('leave the one that is kept, also where the other one is done with later', async () => {
    const { kept, open, opened, clock } = await setUp();
    const done: (() => void)[] = [];
    const both = [0, 1].map(() =>
      kept.use('guest', open, clock.now + 2_000, () => new Promise<void>((resolve) => done.push(resolve))),
    );
    await vi.waitUntil(() => done.length === 2);
    for (const end of [1, 0]) {
      done[end]?.();
      await both[end];
    }
    kept.close();
    expect(opened.some(({ readyState }) => readyState === WebSocket.OPEN)).toBe(false);
  });
});
