import { describe, expect, it } from 'vitest';
import { noCounts } from './counts.ts';
import { quotasOf } from './quotas.ts';
import { runsOf } from './runs.ts';
import { ratesOf, type Sample, takeSample } from './sample.ts';
import { AGENT_COMMUNICATION, OPEN_MESSAGING, TYPING_FRAME, WAYS } from './upstreams.ts';
import { usageOf } from './usage.ts';

const mean = {
  ...noCounts(),
  connections: 1,
  frames: 10,
  pings: 4,
  watches: 3,
  calls: 7,
  typingMs: 200,
  watchMs: 60,
  writes: 15,
};

/** What chats use of a limit, in its own unit. */
function useOf(id: string, sample: Pick<Sample, 'way' | 'mean'>, chats = 1): number {
  const quota = quotasOf({ throttleRate: 1, webhookThrottleRate: 1 }).find((one) => one.id === id);
  const load = { chats, sample: { chatSeconds: 1, ...sample }, rates: ratesOf(sample.way, sample.mean) };
  return quota?.use(load) ?? NaN;
}

describe('the runs of chats', () => {
  it('are frames, watches, pings, and three for each connection', () => {
    const { runs, ms, writes } = runsOf(TYPING_FRAME, mean);
    expect(runs).toBe(10 + 3 + 4 + 3);
    // 6 ms for a ping; 8 ms for authorizer and $connect, while $disconnect is among the simulated.
    expect(ms).toBe(200 + 60 + 4 * 6 + 8);
    // A ping is counted, and the ticket is spent.
    expect(writes).toBe(15 + 4 + 1);
  });

  it('are those of the webhook too, where there is one, with the entry in its index', () => {
    const { runs, ms, writes } = runsOf(OPEN_MESSAGING, mean);
    const without = runsOf(TYPING_FRAME, mean);
    expect(runs - without.runs).toBe(7);
    expect(ms - without.ms).toBe(7 * 16 + 8);
    expect(writes - without.writes).toBe(2);
  });

  it('take longer where an error frame is pushed, and are no more', () => {
    const { runs, ms } = runsOf(TYPING_FRAME, { ...mean, errors: 2 });
    expect({ runs, ms }).toEqual({ runs: 20, ms: 292 + 20 });
  });

  it.each(WAYS.map((way) => [way.name, way] as const))('%s: are the same to cost and limits', (_, way) => {
    const sample = { way, mean };
    const { invocations, lambdaMs, writes } = usageOf(sample, 1, 0);
    expect(useOf('invocations', sample)).toBe(invocations);
    expect(useOf('concurrency', sample)).toBe(lambdaMs / 1_000);
    expect(useOf('new-account', sample)).toBe(lambdaMs / 1_000);
    for (const id of ['table', 'table-warm']) expect(useOf(id, sample)).toBe(writes);
  });

  it("of open messaging exceed those of agent communication by the webhook's deliveries", async () => {
    // One after the other: each has the clock of the process.
    const open = await takeSample(OPEN_MESSAGING, { chats: 10, seed: 1 });
    const agent = await takeSample(AGENT_COMMUNICATION, { chats: 10, seed: 1 });
    const more = useOf('invocations', open) - useOf('invocations', agent);
    const deliveries = useOf('webhook-throttle', open);
    expect(deliveries).toBeGreaterThan(0.05);
    expect(more / deliveries).toBeCloseTo(1, 1);
  });
});
