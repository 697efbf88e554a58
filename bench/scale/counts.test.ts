import { describe, expect, it } from 'vitest';
import { makeTypingTable } from '../../functions/ports/typing-table.ts';
import type { Timing } from '../../functions/relay/upstream.ts';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { epoch } from '../simulate/aws.ts';
import { makeClock } from '../simulate/clock.ts';
import { makeRandom } from '../simulate/random.ts';
import { type Counts, makeLedger, sumOf } from './counts.ts';
import { makeFarEnd } from './far-side.ts';
import { countedStore, makeFleet } from './fleet.ts';
import { runChats } from './chats.ts';
import { RATES, ratesOf, takeSample } from './sample.ts';
import { METRIC_EVERY_S, METRIC_LINE_BYTES } from './usage.ts';
import {
  AGENT_COMMUNICATION,
  chatName,
  OPEN_MESSAGING,
  PARTICIPANT_STATE,
  TYPING_FRAME,
  type Way,
  WEB_MESSAGING,
} from './upstreams.ts';

/** One chat's frames, at these seconds, through a fleet that loses nothing; watched for a minute. */
async function counted(way: Way, frames: readonly (readonly [second: number, isTyping: boolean])[]) {
  const clock = makeClock();
  const ledger = makeLedger(clock.now);
  const shown: boolean[] = [];
  const farEnd = makeFarEnd({
    clock,
    way,
    ledger,
    random: makeRandom(1),
    weather: { name: 'none', loss: 0, jitterMs: 0 },
    takesEffect: (_, isTyping) => shown.push(isTyping),
  });
  const fleet = makeFleet({ clock, way, ledger, farEnd, environments: 9, warm: true });
  frames.forEach(([second, isTyping], index) => {
    clock.at(
      second * 1_000,
      () => {
        void fleet.relay.typing({
          body: JSON.stringify({ type: 'typing', data: { isTyping } }),
          connectionId: 'one',
          connectedAt: 0,
          sealedSession: chatName(1),
          requestId: String(index),
          receivedAt: epoch(clock.now()),
        });
      },
      true,
    );
  });
  await clock.runUntil(60_000);
  const { writes, reads, queued, watches, calls, requests, errors, limited } = sumOf(ledger.seconds);
  return { counts: { writes, reads, queued, watches, calls, requests, errors, limited }, shown };
}

describe('what one draft asks for', () => {
  const draft = [
    [1, true],
    [4, false],
  ] as const;
  const nothing = { errors: 0, limited: 0 };

  it.each([TYPING_FRAME, PARTICIPANT_STATE])(
    '$name: a decision each, a look again, a watch, and that the off was taken',
    async (way) => {
      const { counts, shown } = await counted(way, draft);
      // Writes: two decisions and the settling. Reads: after the on, and when its watch comes back.
      const asked = { writes: 3, reads: 2, queued: 1, watches: 1, calls: 2 };
      const check = way === PARTICIPANT_STATE ? { reads: 3, requests: 3 } : { requests: 0 };
      expect(counts).toEqual({ ...nothing, ...asked, ...check });
      expect(shown).toEqual([true, false]);
    },
  );

  it.each([WEB_MESSAGING, OPEN_MESSAGING, AGENT_COMMUNICATION])(
    '$name: a decision each, and one message',
    async (way) => {
      const { counts, shown } = await counted(way, draft);
      const asked = { writes: 2, reads: 0, queued: 0, watches: 0, calls: 1 };
      const check =
        way === AGENT_COMMUNICATION ? { reads: 1, requests: 2 } : { requests: way.isRest ? 1 : 0 };
      expect(counts).toEqual({ ...nothing, ...asked, ...check });
      expect(shown).toEqual([true]);
    },
  );

  it('a refresh is a message for an expiring upstream and a sign of life for a held one', async () => {
    const refreshed = [
      [1, true],
      [6, true],
    ] as const;
    expect((await counted(WEB_MESSAGING, refreshed)).counts).toMatchObject({ writes: 2, calls: 2 });
    // The watch finds a sign of life, comes back once more, and ends what nobody ended: expire and settle.
    const held = await counted(TYPING_FRAME, refreshed);
    expect(held.counts).toMatchObject({ writes: 4, queued: 2, watches: 2, calls: 2 });
    expect(held.shown).toEqual([true, false]);
  });
});

it('an operation of the store is one call to DynamoDB, and is counted as what it is', async () => {
  const calls: string[] = [];
  const table = makeTypingTable((operation) => {
    calls.push(operation);
    return Promise.resolve({});
  }, 'table');
  const ledger = makeLedger(() => 0);
  const store = countedStore(makeMemoryStore(), ledger);
  const event = { isTyping: true, connectionId: 'one', connectedAt: 0, at: 1 };
  const timings: readonly Timing[] = ['held', 'expiring'];
  for (const one of [table, store]) {
    for (const timing of timings) await one.decide('s', event, timing);
    await one.read('s');
    await one.onFailed('s', 1, true);
    await one.quiet('s', 1);
    await one.settle('s', 1);
    await one.restate('s', 1, 2);
    await one.expire('s', 1);
    await one.end('s', 1);
  }
  const { writes, reads } = sumOf(ledger.seconds);
  expect(calls.filter((name) => name === 'UpdateItem')).toHaveLength(writes);
  expect(calls.filter((name) => name === 'GetItem')).toHaveLength(reads);
  expect(calls).toHaveLength(9);
});

describe('a ledger', () => {
  it('keeps counts by the second, and splits time over the seconds that it lay in', () => {
    let now = 0;
    const ledger = makeLedger(() => now);
    ledger.count('frames');
    now = 2_500;
    ledger.count('frames', 2);
    ledger.spend('typingMs', 1_750);
    expect(ledger.seconds.map(({ frames }) => frames)).toEqual([1, 0, 2]);
    expect(ledger.seconds.map(({ typingMs }) => typingMs)).toEqual([250, 1_000, 500]);
  });
});

describe('simulated chats', () => {
  const way = OPEN_MESSAGING;
  const shared = { way, chats: 5, seconds: 60, requestsPerMinute: 300 };
  const sums = async (seed: number): Promise<Counts> => sumOf((await runChats({ ...shared, seed })).seconds);

  it('are the same for the same seed, and others for another', async () => {
    expect(await sums(3)).toEqual(await sums(3));
    expect(await sums(3)).not.toEqual(await sums(4));
  });

  it('have the mean that their traces add up to', async () => {
    const { mean, traces, chatSeconds } = await takeSample(way, { chats: 3, seed: 1 });
    expect(mean.connections * chatSeconds).toBeCloseTo(1, 6);
    const rates = ratesOf(way, mean);
    RATES.forEach((rate, index) => {
      const values = traces.flatMap((trace) => [...trace].filter((_, at) => at % RATES.length === index));
      const sum = values.reduce((all, value) => all + value, 0);
      expect(sum, rate).toBeCloseTo(rates[rate] * 3 * chatSeconds, 2);
    });
  });

  it('that share a token make no more requests a minute than it has, but for those that are told 429', async () => {
    const { seconds } = await runChats({ ...shared, chats: 60, requestsPerMinute: 30, seed: 1 });
    const { requests, limited } = sumOf(seconds);
    // A minute begins with the first request in it: sixty seconds see two at most.
    expect(requests - limited).toBeLessThanOrEqual(60);
    expect(requests).toBeGreaterThan(20);
  });

  it('write as many metric lines as are reckoned with, of about that length', async () => {
    const { seconds, busiest } = await runChats({ ...shared, chats: 40, seconds: 180, seed: 1 });
    const { metricLines, metricBytes, errors } = sumOf(seconds);
    expect(metricLines).toBeLessThanOrEqual(busiest * (180 / METRIC_EVERY_S + 1) + errors);
    expect(Math.abs(metricBytes / metricLines / METRIC_LINE_BYTES - 1)).toBeLessThan(0.25);
  });
});
