import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceTimers } from './clock.ts';
import type { Conversation } from './guest.ts';
import type { History } from './history.ts';
import { runOurs } from './ours.ts';
import { runPeer } from './peer.ts';
import { HELD } from './plan.ts';
import type { Policy } from './policies.ts';
import { makeRandom } from './random.ts';
import { FAULT_MS, REFERENCE, type Weather } from './weather.ts';

let putBack = (): void => undefined;
beforeAll(() => {
  putBack = replaceTimers();
});
afterAll(() => {
  putBack();
});

const PEER: Policy = { name: 'peer', refresh: 5_000, expiry: 7_000, offOnSend: true };
const LOSSLESS: Weather = { ...REFERENCE, loss: 0 };
const fairly = { ...LOSSLESS, jitterMs: 0 };

/** Four keys a second from the first second on. */
const typing = (lastsMs: number, how: 'sent' | 'crashed', fault?: number): Conversation => ({
  drafts: [
    {
      keys: Array.from({ length: lastsMs / 250 + 1 }, (_, index) => 1_000 + index * 250),
      end: 1_000 + lastsMs,
      how,
      ...(fault !== undefined && { fault }),
    },
  ],
  end: lastsMs + 40_000,
});

type Ran = (conversation: Conversation, weather: Weather, seed: number) => Promise<History>;
const ours: Ran = (conversation, weather, seed) => runOurs(HELD, conversation, weather, makeRandom(seed));
const peer: Ran = (conversation, weather, seed) =>
  Promise.resolve(runPeer(PEER, conversation, weather, makeRandom(seed)));

const within = (times: readonly number[], from: number, to: number): number[] =>
  times.filter((at) => at >= from && at < to);

/** First "on"s: how long they took, of those that came. */
async function firstOns(run: Ran, weather: Weather, runs: number): Promise<number[]> {
  const delays: number[] = [];
  for (let seed = 0; seed < runs; seed++) {
    const { shown } = await run(typing(4_000, 'sent'), weather, seed);
    const [spell] = shown;
    if (spell && spell.from < 5_000) delays.push(spell.from - 1_000);
  }
  return delays;
}
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([
  ['the real client and relay', ours],
  ['a model', peer],
] as const)('through %s', (_, run) => {
  it('an "on" takes the delay of the weather, end to end', async () => {
    expect(await firstOns(run, fairly, 1)).toEqual([100]);
    const delays = await firstOns(run, LOSSLESS, 1_500);
    expect(delays).toHaveLength(1_500);
    // Three standard errors of an exponential part of 80 ms.
    expect(Math.abs(mean(delays) - 180)).toBeLessThan((3 * 80) / Math.sqrt(1_500));
  });

  it('an "on" has no effect as often as the weather says', async () => {
    const runs = 2_000;
    const lost = 1 - (await firstOns(run, { ...fairly, loss: 0.2 }, runs)).length / runs;
    expect(Math.abs(lost - 0.2)).toBeLessThan(3 * Math.sqrt(0.16 / runs));
  });

  it('a disconnect lets no frame through while it lasts, and the next key after it says "on"', async () => {
    const { frames, calls } = await run(typing(30_000, 'sent', 9_000), { ...fairly, fault: 'disconnect' }, 1);
    const times = frames.map(({ at }) => at);
    expect(within(times, 9_000, 9_000 + FAULT_MS)).toEqual([]);
    expect(within(times, 0, 9_000).length).toBeGreaterThan(0);
    const [first = Infinity] = within(times, 9_000 + FAULT_MS, Infinity);
    expect(first).toBeLessThanOrEqual(9_000 + FAULT_MS + 250);
    expect(within(calls, first, first + 1_000)).toHaveLength(1);
  });

  it('what is called during a 429 has no effect', async () => {
    const faulty = typing(30_000, 'sent', 500);
    const { shown, calls } = await run(faulty, { ...fairly, fault: 'limit' }, 1);
    expect(within(calls, 500, 500 + FAULT_MS).length).toBeGreaterThan(0);
    expect(shown[0]?.from).toBeGreaterThan(500 + FAULT_MS);
    expect((await run(faulty, fairly, 1)).shown[0]?.from).toBe(1_100);
  });
});

it('a crash that is seen ends the bubble at once, one that is not by the silence', async () => {
  const until = async (weather: Weather): Promise<number> => {
    const { shown } = await ours(typing(7_000, 'crashed'), weather, 1);
    return (shown.at(-1)?.to ?? Infinity) - 8_000;
  };
  expect(await until({ ...fairly, fault: 'crash' })).toBeLessThan(500);
  const silence = await until({ ...fairly, fault: 'vanish' });
  expect(silence).toBeGreaterThan(5_000);
  expect(silence).toBeLessThan(11_000);
});

it('a `$disconnect` may be lost, and leaves it to the silence then', async () => {
  const weather: Weather = { ...fairly, fault: 'crash', loss: 0.5 };
  const after: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const { shown, lostOffs } = await ours(typing(7_000, 'crashed'), weather, seed);
    const [spell] = shown;
    if (spell && lostOffs?.length === 0) after.push(spell.to - 8_000);
  }
  expect(Math.min(...after)).toBeLessThan(500);
  expect(after.filter((ms) => ms > 500).length).toBeGreaterThan(5);
});

it('an "off" that is lost is told', async () => {
  const { lostOffs } = await ours(typing(7_000, 'sent'), { ...fairly, loss: 0.9 }, 8);
  const told: number[] = [];
  for (let seed = 0; seed < 50; seed++) {
    const history = await ours(typing(7_000, 'sent'), { ...fairly, loss: 0.5 }, seed);
    told.push(...(history.lostOffs ?? []));
  }
  expect(lostOffs).toBeDefined();
  expect(told.length).toBeGreaterThan(5);
  expect((await ours(typing(7_000, 'sent'), fairly, 1)).lostOffs).toEqual([]);
});
