import { describe, expect, it } from 'vitest';
import { costOf, messageCost, noUsage, total } from './cost.ts';
import { noCounts } from './counts.ts';
import { TUTORIAL } from './tables.ts';
import { OPEN_MESSAGING, TYPING_FRAME } from './upstreams.ts';
import { ACCESS_LINE_BYTES, AS_DEPLOYED, METRIC_LINE_BYTES, usageOf, usagePerMillion } from './usage.ts';

const million = 1_000_000;

describe('what a usage costs', () => {
  it('is $1.20 for a million messages and their runs', () => {
    expect(total(costOf({ ...noUsage, messages: million, invocations: million }))).toBeCloseTo(1.2, 10);
  });

  it('follows the formula for a million messages', () => {
    const [ms, memoryMb, r, re, w, p, logs, egress] = [12, 256, 0.5, 0.25, 1.5, 0.1, 300, 500] as const;
    const formula =
      1 +
      0.2 +
      0.0016667 * ms * (memoryMb / 128) +
      0.125 * r +
      0.0625 * re +
      0.625 * w +
      1 * p +
      0.0005 * logs +
      0.00009 * egress;
    const usage = {
      ...noUsage,
      messages: million * (1 + p),
      invocations: million,
      lambdaMs: million * ms,
      memoryMb,
      reads: million * r,
      eventualReads: million * re,
      writes: million * w,
      logBytes: million * logs,
      egressBytes: million * egress,
    };
    expect(total(costOf(usage))).toBeCloseTo(formula, 4);
  });

  it('puts each part where it belongs', () => {
    expect(costOf({ ...noUsage, queueRequests: 3 * million }).SQS).toBeCloseTo(1.2, 10);
    expect(costOf({ ...noUsage, connectionMinutes: 4 * million })['connection minutes']).toBeCloseTo(1, 10);
    expect(costOf({ ...noUsage, httpRequests: million }).messages).toBeCloseTo(1, 10);
    // 256 MB for a second, a million times: a quarter of a million GB-seconds.
    expect(costOf({ ...noUsage, lambdaMs: 1_000 * million, memoryMb: 256 })['Lambda time']).toBeCloseTo(
      3.33335,
      6,
    );
  });

  it('takes the lower price for messages beyond a thousand million', () => {
    expect(messageCost(1_000 * million)).toBeCloseTo(1_000, 6);
    expect(messageCost(1_500 * million)).toBeCloseTo(1_400, 6);
  });

  it("comes to a tutorial design's $3.33 by its counts, but for 5 %", () => {
    expect(Math.abs(total(costOf(TUTORIAL)) / 3.33 - 1)).toBeLessThan(0.05);
  });
});

/** A chat of 100 seconds with one frame a second. */
const steady = {
  way: TYPING_FRAME,
  mean: {
    ...noCounts(),
    connections: 0.01,
    frames: 1,
    calls: 0.5,
    typingMs: 20,
    writes: 1.5,
    reads: 0.5,
    queued: 0.25,
    watches: 0.25,
    watchMs: 5,
    debugBytes: 300,
  },
};

describe('what chats use', () => {
  it('is the frame, its run, and what the relay does about it', () => {
    const usage = usagePerMillion(steady, 0);
    expect(usage).toMatchObject({
      messages: million,
      reads: 0.5 * million,
      queueRequests: 0.75 * million,
      egressBytes: 0.5 * 183 * million,
    });
    // A frame, a quarter of a watch, and three runs for each hundred frames.
    expect(usage.invocations).toBeCloseTo(1.28 * million, 3);
    // And the ticket that is spent.
    expect(usage.writes).toBeCloseTo(1.51 * million, 3);
    expect(usage.connectionMinutes).toBeCloseTo(million / 60, 3);
    expect(usage.logBytes).toBeCloseTo(1.02 * ACCESS_LINE_BYTES * million, 0);
  });

  it('has a message more for each with acks', () => {
    expect(usagePerMillion(steady, 0, { ...AS_DEPLOYED, ack: true }).messages).toBe(2 * million);
  });

  it('has the lines of the level DEBUG only at that level', () => {
    const more =
      usagePerMillion(steady, 0, { ...AS_DEPLOYED, level: 'DEBUG' }).logBytes -
      usagePerMillion(steady, 0).logBytes;
    expect(more).toBeCloseTo(300 * million, 3);
  });

  it('has one metric line every ten seconds of an environment, or one for each run', () => {
    const base = usageOf(steady, 10, 0).logBytes;
    expect(usageOf(steady, 10, 1).logBytes - base).toBeCloseTo(METRIC_LINE_BYTES, 6);
    // Never more than there are runs.
    const each = usageOf(steady, 10, 0, { ...AS_DEPLOYED, metrics: 'each' }).logBytes - base;
    expect(each).toBeCloseTo(12.8 * METRIC_LINE_BYTES, 6);
    expect(usageOf(steady, 10, 1_000).logBytes - base).toBeCloseTo(each, 6);
  });

  it("has the agent's typing where a webhook brings it: a request, a read, a push, a run", () => {
    const open = { ...steady, way: OPEN_MESSAGING };
    const usage = usageOf(open, 1, 0);
    expect(usage).toMatchObject({ httpRequests: 0.5, eventualReads: 0.5, messages: 1.5 });
    expect(usage.invocations).toBeCloseTo(1.78, 6);
  });
});
