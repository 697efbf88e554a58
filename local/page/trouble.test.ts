import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Fault } from './app/faults.ts';
import type { ErrorFrame } from './app/steps.ts';
import type { Trouble, Troubled, TroublePorts } from './app/trouble.ts';
import { makeTrouble } from './app/trouble.ts';

/** What the page's server was asked for, and how each call ends. */
let asked: { path: string; body: unknown }[];
let answers: (() => void)[];
function fakeFetch(path: string, { body }: { body: string }): Promise<Response> {
  asked.push({ path, body: JSON.parse(body) });
  return new Promise((resolve) => {
    answers.push(() => {
      resolve(Response.json({ done: isCut }));
    });
  });
}
/** Lets the calls that are under way, and what follows them, end. */
async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    answers.splice(0).forEach((answer) => {
      answer();
    });
    await vi.advanceTimersByTimeAsync(0);
  }
}
const faultsAsked = (): unknown[] => asked.map(({ body }) => body);

interface Fake extends Troubled {
  readonly connects: boolean[];
}
function conversationOf(conversationId: string): Fake {
  const connects: boolean[] = [];
  return {
    connects,
    guest: { conversationId },
    connect: (mismatched) => {
      connects.push(mismatched);
      return Promise.resolve();
    },
    connectionId: () => connectionId,
    isClosed: () => isClosed,
  };
}

let fault: Fault;
let conversation: Fake;
let connectionId: string | undefined;
let isClosed: boolean;
let isCut: boolean;
let trouble: Trouble;
const notice = vi.fn<TroublePorts['notice']>();
const begin = vi.fn();

const ports: TroublePorts = {
  fault: () => fault,
  setFault: (value) => {
    fault = value;
  },
  conversation: () => conversation,
  begin,
  notice,
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fakeFetch);
  asked = [];
  answers = [];
  fault = 'none';
  isClosed = false;
  isCut = true;
  connectionId = 'L0SM=';
  conversation = conversationOf('c');
  trouble = makeTrouble(ports);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function choose(value: Fault): Promise<void> {
  fault = value;
  const applied = trouble.apply();
  await settle();
  await applied;
}

describe('a fault that is chosen', () => {
  test('is set at the org', async () => {
    await choose('org-down');
    expect(asked).toEqual([{ path: '/api/faults', body: { conversationId: 'c', fault: 'org-down' } }]);
  });

  test('takes its turn when another is under way, and only the last of several is set', async () => {
    for (const value of ['org-down', 'rate-limit', 'none'] as const) {
      fault = value;
      void trouble.apply();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(faultsAsked()).toEqual([{ conversationId: 'c', fault: 'org-down' }]);
    await settle();
    expect(faultsAsked()).toEqual([
      { conversationId: 'c', fault: 'org-down' },
      { conversationId: 'c', fault: 'none' },
    ]);
  });

  test('is set after one that could not be', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('away')));
    await expect(trouble.apply()).rejects.toThrow('The local run does not answer.');
    vi.stubGlobal('fetch', fakeFetch);
    await choose('org-down');
    expect(faultsAsked()).toHaveLength(1);
  });

  test('opens no socket for a conversation that is over by then', async () => {
    const over = conversation;
    fault = 'mismatch';
    const applied = trouble.apply();
    await vi.advanceTimersByTimeAsync(0);
    conversation = conversationOf('next');
    await settle();
    await applied;
    expect(over.connects).toEqual([]);
    expect(conversation.connects).toEqual([]);
  });

  test('that mixes ids up connects with a wrong ticket, and the next one with a right one', async () => {
    await choose('mismatch');
    await choose('org-down');
    await choose('none');
    expect(conversation.connects).toEqual([true, false]);
  });
});

describe('None', () => {
  test.each([
    [true, [false]],
    [false, []],
  ])('where the connection is closed (%s) connects again', async (closed, connects) => {
    isClosed = closed;
    await choose('none');
    expect(conversation.connects).toEqual(connects);
  });
});

describe('a socket that is to be cut', () => {
  const typeAndWait = async (): Promise<void> => {
    trouble.key();
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
  };

  test('is cut a second after the first key', async () => {
    fault = 'cut';
    await typeAndWait();
    expect(asked).toEqual([{ path: '/api/cut', body: { connectionId: 'L0SM=' } }]);
    expect(notice.mock.lastCall?.[0]).toBe('The connection to the relay is lost.');
  });

  test('that is not known is told, and the next key tries again', async () => {
    fault = 'cut';
    connectionId = undefined;
    await typeAndWait();
    expect(asked).toEqual([]);
    expect(notice.mock.lastCall?.[0]).toContain('Nothing was cut');
    connectionId = 'L0SM=';
    await typeAndWait();
    expect(asked).toHaveLength(1);
  });

  test('that the gateway does not have is told, too', async () => {
    fault = 'cut';
    isCut = false;
    await typeAndWait();
    expect(notice.mock.lastCall?.[0]).toContain('Nothing was cut');
  });

  test('of a conversation that is over says nothing', async () => {
    fault = 'cut';
    trouble.key();
    await vi.advanceTimersByTimeAsync(1_000);
    conversation = conversationOf('next');
    await settle();
    expect(notice).not.toHaveBeenCalled();
  });
});

describe('what the client was told', () => {
  const limited: ErrorFrame = { code: 'upstream_rate_limited', message: 'Wait.', retryAfterMs: 2_500 };
  const handled = (event: string, outcome: string): void => {
    trouble.handled({ event, outcome });
  };

  test('stands with the time of its own frame, until a frame goes through', () => {
    trouble.told(limited);
    expect(notice).toHaveBeenLastCalledWith('Wait.', {
      code: 'upstream_rate_limited',
      recovery: 'To recover: wait 3 s, and type on.',
      begins: false,
    });
    handled('typing-on', 'coalesced');
    handled('left', 'forwarded');
    expect(notice).toHaveBeenCalledOnce();
    handled('typing-on', 'forwarded');
    expect(notice).toHaveBeenLastCalledWith();
    handled('typing-on', 'forwarded');
    expect(notice).toHaveBeenCalledTimes(2);
  });

  test('of a connection that is lost stays, whatever another tab sends', async () => {
    trouble.told(limited);
    fault = 'cut';
    trouble.key();
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    handled('typing-on', 'forwarded');
    expect(notice.mock.lastCall?.[0]).toBe('The connection to the relay is lost.');
  });

  test.each(['session_ended', 'too_many_frames'])('%s offers a new conversation', (code) => {
    trouble.told({ code, message: 'Over.' });
    expect(notice.mock.lastCall?.[1]).toMatchObject({ begins: true });
  });
});

describe('reconnecting', () => {
  test('mends a cut', () => {
    fault = 'cut';
    trouble.reconnect();
    expect(fault).toBe('none');
    expect(conversation.connects).toEqual([false]);
  });

  test('begins a conversation where there is none', () => {
    const none = makeTrouble({ ...ports, conversation: () => undefined });
    none.reconnect();
    expect(begin).toHaveBeenCalledOnce();
  });
});
