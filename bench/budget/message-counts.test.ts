import { beforeAll, describe, expect, it } from 'vitest';
import { UPSTREAM_KINDS } from '../../functions/upstreams/index.ts';
import { type CountsBySort, messageCounts } from './message-counts.ts';

let counts: Record<string, CountsBySort> = {};
beforeAll(async () => {
  counts = await messageCounts();
});

const nothing = {
  reads: 0,
  writes: 0,
  upstreamCalls: 0,
  checks: 0,
  queueRequests: 0,
  framesToClient: 0,
  logLines: 0,
};

it('knows every upstream', () => {
  expect(Object.keys(counts).toSorted()).toEqual(UPSTREAM_KINDS.toSorted());
});

describe.each(['web-messaging', 'open-messaging', 'agent-communication'])('%s, expiring', (kind) => {
  it('has one write for an "on" that is sent, and for its refresh', () => {
    const sent = { ...nothing, writes: 1, upstreamCalls: 1 };
    expect(counts[kind]).toMatchObject({ 'first on of a draft': sent, 'on, a refresh': sent });
  });

  it('has one write for an "off", which nobody upstream is told', () => {
    expect(counts[kind]?.['off']).toEqual({ ...nothing, writes: 1 });
  });

  it('counts an "on" that came too soon, so that a flood of them ends', () => {
    expect(counts[kind]?.['on, too soon for a refresh']).toEqual({ ...nothing, writes: 2 });
  });
});

describe.each(['typing-frame', 'participant-state'])('%s, held', (kind) => {
  it('looks again after an "on", and sends a watch with it', () => {
    expect(counts[kind]?.['first on of a draft']).toEqual({
      ...nothing,
      reads: 1,
      writes: 1,
      upstreamCalls: 1,
      queueRequests: 1,
    });
  });

  it('takes a refresh for a sign of life', () => {
    expect(counts[kind]?.['on, a refresh']).toEqual({ ...nothing, writes: 1 });
  });

  it('writes once more when an "off" was taken', () => {
    expect(counts[kind]?.['off']).toEqual({ ...nothing, writes: 2, upstreamCalls: 1 });
  });

  it('ends what a silent guest left, and else looks only', () => {
    expect(counts[kind]).toMatchObject({
      'watch, the guest fell silent': { ...nothing, reads: 1, writes: 2, upstreamCalls: 1, queueRequests: 2 },
      'watch, the guest goes on': { ...nothing, reads: 1, queueRequests: 3 },
      'watch, all is over': { ...nothing, reads: 1, queueRequests: 2 },
    });
  });
});

it('asks about a session once, where the far side would fail in silence', () => {
  const asking = Object.entries(counts)
    .filter(([, sorts]) => sorts['first on of a session']?.checks === 1)
    .map(([kind]) => kind);
  expect(asking.toSorted()).toEqual(['agent-communication', 'participant-state']);
});

it('answers a frame with an id, and no other; writes no line', () => {
  for (const sorts of Object.values(counts))
    for (const [sort, { framesToClient, logLines }] of Object.entries(sorts)) {
      expect(framesToClient, sort).toBe(sort.endsWith('with an id') ? 1 : 0);
      expect(logLines, sort).toBe(0);
    }
});
