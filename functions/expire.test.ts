import { beforeEach, expect, it, vi } from 'vitest';
import { makeMemoryStore } from '../test/memory-store.ts';
import { RelayError } from './relay/errors.ts';
import { plenty } from '../test/plenty.ts';
import type { RelayPorts } from './relay/relay.ts';

const T = 1_000_000;
const store = makeMemoryStore();
const events: string[] = [];

const tell = vi.fn<RelayPorts['tell']>();
const sender: RelayPorts = {
  store,
  upstream: {
    send: async (message) => {
      const guest = message.via === 'socket' ? message.url : '';
      events.push(`${guest} begins`);
      if (guest === 'broken') throw new RelayError('upstream_rejected', 'no such guest');
      await Promise.resolve();
      events.push(`${guest} ends`);
    },
    budget: plenty,
    release: () => void events.push('released'),
  },
  openSession: (guest) =>
    Promise.resolve({
      kind: 'fake',
      key: guest,
      timing: 'held',
      message: () => ({ via: 'socket', url: guest, frame: false }),
      check: undefined,
      inbox: undefined,
    }),
  tell,
  countFrame: () => Promise.resolve({ flood: false }),
  watchLater: () => Promise.resolve(),
  now: () => T + 60_000,
  wait: () => Promise.resolve(),
  warn: () => undefined,
};
vi.mock('./ports/sender.ts', () => ({ openSender: () => Promise.resolve(sender) }));
const { handler } = await import('./expire.ts');

/** A queue's event with a watch for each of these guests, all of whom fell silent. */
async function expire(...guests: string[]) {
  for (const guest of guests)
    await store.decide(guest, { isTyping: true, connectionId: 'c', connectedAt: 0, at: T }, 'held');
  const Records = guests.map((guest) => ({
    messageId: `watch of ${guest}`,
    body: JSON.stringify({ sealedSession: guest, shownAt: T }),
  }));
  return handler({ Records });
}

beforeEach(() => {
  store.states.clear();
  events.length = 0;
  tell.mockReset();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

it('ends what each guest of a batch left, and closes their sockets when all are done', async () => {
  expect(await expire('one', 'two')).toEqual({ batchItemFailures: [] });
  expect(events).toEqual(['one begins', 'two begins', 'one ends', 'two ends', 'released']);
});

it('asks for the failed ones of a batch again, and for no others', async () => {
  expect(await expire('one', 'broken')).toEqual({
    batchItemFailures: [{ itemIdentifier: 'watch of broken' }],
  });
  expect(events.at(-1)).toBe('released');
});

it('tells once what became of all watches of a batch', async () => {
  await expire('one', 'broken');
  const watch = { event: 'watch', kind: 'fake', upstreamMs: 0 };
  expect(tell).toHaveBeenCalledExactlyOnceWith([
    { ...watch, requestId: 'watch of one', outcome: 'ended' },
    {
      ...watch,
      requestId: 'watch of broken',
      outcome: 'refused',
      error: 'upstream_rejected',
      reason: undefined,
    },
  ]);
});

it('asks again for what is no watch, so that it ends among the dead letters', async () => {
  const answer = await handler({ Records: [{ messageId: 'm', body: '{"no":"watch"}' }] });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
});
