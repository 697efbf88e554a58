import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Handled } from '../relay/handled.ts';
import { makeMetrics, METRICS, NAMESPACE } from './metrics.ts';

/** What CloudWatch asks of a line: CloudWatch_Embedded_Metric_Format_Specification.html, its JSON schema. */
const emf = z.looseObject({
  level: z.literal('WARN'),
  timestamp: z.iso.datetime(),
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.strictObject({
        Namespace: z.literal(NAMESPACE),
        Dimensions: z.array(z.array(z.string().min(1)).max(30)).min(1),
        Metrics: z
          .array(z.strictObject({ Name: z.string().min(1), Unit: z.string() }))
          .min(1)
          .max(100),
      }),
    ),
  }),
});

const T = 1_800_000_000_000;
const on: Handled = { event: 'typing-on', outcome: 'forwarded', requestId: 'r', kind: 'web-messaging' };

/** Metrics with a clock that the test moves, and what they wrote. */
function setUp() {
  const lines: string[] = [];
  const clock = { now: T };
  const tell = makeMetrics({ stack: 'relay-1', write: (line) => lines.push(line), now: () => clock.now });
  /** Tells of these, and answers what that wrote. */
  const after = (ms: number, ...handled: Handled[]) => {
    clock.now += ms;
    lines.length = 0;
    tell(handled);
    return lines.map((line) => emf.parse(JSON.parse(line)));
  };
  return { after };
}

/** The names and dimension sets of a line, as `Name [Set] [Set]`. */
const seriesOf = (line: z.infer<typeof emf>): string[] =>
  line._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.map(({ Name }) => `${Name} ${Dimensions.map((set) => `[${set.join(',')}]`).join(' ')}`),
  );

describe('what is counted', () => {
  it.each([
    [{}, ['Forwarded [Stack] [Stack,Upstream]']],
    [{ outcome: 'coalesced' }, ['Coalesced [Stack] [Stack,Upstream]']],
    [{ outcome: 'stale' }, ['Stale [Stack] [Stack,Upstream]']],
    [{ event: 'typing-off', outcome: 'ignored' }, ['Ignored [Stack] [Stack,Upstream]']],
    [{ upstreamMs: 12 }, ['Forwarded [Stack] [Stack,Upstream]', 'UpstreamTime [Stack] [Stack,Upstream]']],
    [{ event: 'watch', outcome: 'ended' }, ['OwedOffs [Stack] [Stack,Upstream]']],
    [
      { event: 'watch', outcome: 'later', error: 'upstream_rate_limited' },
      ['RateLimited [Stack] [Stack,Upstream]'],
    ],
    [
      { outcome: 'refused', error: 'upstream_rejected', reason: 'participant_mismatch' },
      ['UpstreamRefused [Stack] [Stack,Upstream] [Stack,Upstream,Reason]'],
    ],
    [
      { outcome: 'refused', error: 'upstream_unavailable' },
      ['UpstreamRefused [Stack] [Stack,Upstream] [Stack,Upstream,Reason]'],
    ],
    [
      { outcome: 'refused', error: 'session_ended' },
      ['SessionEnded [Stack] [Stack,Upstream] [Stack,Upstream,Reason]'],
    ],
    [{ outcome: 'coalesced', error: 'upstream_rate_limited' }, ['RateLimited [Stack] [Stack,Upstream]']],
    [{ outcome: 'refused', error: 'state_unavailable' }, ['StateUnavailable [Stack]']],
    [
      { event: 'typing', outcome: 'refused', error: 'bad_frame', kind: undefined },
      ['FramesRefused [Stack] [Stack,Reason]'],
    ],
    [
      { event: 'ticket', outcome: 'refused', error: 'ticket_refused', reason: 'spent', kind: undefined },
      ['TicketsRefused [Stack] [Stack,Reason]'],
    ],
    [
      { event: 'agent-typing', outcome: 'pushed', kind: undefined },
      ['WebhookDeliveries [Stack] [Stack,Outcome]'],
    ],
  ] satisfies [Partial<Handled>, string[]][])('%o is %o', (change, series) => {
    const [line] = setUp().after(0, { ...on, ...change });
    expect(line && seriesOf(line)).toEqual(series);
  });

  it.each([
    { event: 'ticket', outcome: 'admitted' },
    { event: 'connect', outcome: 'connected' },
    { event: 'frame', outcome: 'answered' },
    { event: 'left', outcome: 'ignored' },
    { event: 'watch', outcome: 'over' },
    { event: 'watch', outcome: 'refused', error: 'watch_failed' },
  ] satisfies Partial<Handled>[])('%o is not: AWS counts it, or nobody asks', (change) => {
    expect(setUp().after(0, { ...on, kind: undefined, ...change })).toEqual([]);
  });

  it('bears the values of its dimensions and nothing else of the event', () => {
    const refused: Handled = {
      ...on,
      outcome: 'refused',
      error: 'upstream_rejected',
      reason: 'bad_credentials',
      connectionId: 'c=',
      upstreamMs: 7,
    };
    const [line] = setUp().after(0, refused);
    expect(line).toEqual({
      level: 'WARN',
      timestamp: new Date(T).toISOString(),
      _aws: { Timestamp: T, CloudWatchMetrics: line?._aws.CloudWatchMetrics },
      Stack: 'relay-1',
      Upstream: 'web-messaging',
      Reason: 'bad_credentials',
      UpstreamRefused: 1,
      UpstreamTime: 7,
    });
  });
});

describe('when it is written', () => {
  it('the first is written at once, and the ordinary ones after it together every ten seconds', () => {
    const { after } = setUp();
    expect(after(0, on)).toMatchObject([{ Forwarded: 1 }]);
    expect(after(4_000, { ...on, upstreamMs: 5 })).toEqual([]);
    expect(after(5_999, { ...on, outcome: 'coalesced' })).toEqual([]);
    expect(after(1, { ...on, upstreamMs: 9 })).toMatchObject([
      { _aws: { Timestamp: T + 4_000 }, Forwarded: 2, Coalesced: 1, UpstreamTime: [5, 9] },
    ]);
    expect(after(0, on)).toEqual([]);
  });

  it('a refusal is written at once, and leaves the ordinary ones to their time', () => {
    const { after } = setUp();
    after(0, on);
    const refused: Handled = { ...on, outcome: 'refused', error: 'upstream_rejected' };
    expect(after(1, on)).toEqual([]);
    expect(after(1, refused)).toMatchObject([{ UpstreamRefused: 1, Reason: 'upstream_rejected' }]);
    expect(after(1, refused)).toMatchObject([{ UpstreamRefused: 1 }]);
    expect(after(10_000, on)).toMatchObject([{ Forwarded: 2 }]);
  });

  it('what was spared for the limit is no refusal, and is gathered', () => {
    const { after } = setUp();
    after(0, on);
    expect(after(1, { ...on, outcome: 'coalesced', error: 'upstream_rate_limited' })).toEqual([]);
    expect(after(10_000, on)).toMatchObject([{ Forwarded: 1, RateLimited: 1 }]);
  });

  it('a refusal is written before ordinary ones that have waited for longer', () => {
    const { after } = setUp();
    const refused: Handled = { ...on, outcome: 'refused', error: 'upstream_rejected' };
    after(0, on);
    after(5_000, refused);
    expect(after(1, on)).toEqual([]);
    expect(after(6_000, refused)).toMatchObject([{ UpstreamRefused: 1 }]);
    expect(after(0, on)).toMatchObject([{ Forwarded: 2 }]);
  });

  it('an invocation writes one line at most; what waits is written by the next', () => {
    const { after } = setUp();
    const others = ['typing-frame', 'participant-state'].map((kind) => ({ ...on, kind }));
    const first = after(0, on, ...others);
    expect(first).toHaveLength(1);
    const written = [...first, ...after(1, on), ...after(1, on)];
    expect(written.map(({ Upstream }) => Upstream).sort()).toEqual([
      'participant-state',
      'typing-frame',
      'web-messaging',
    ]);
  });

  it('a line takes a hundred values of one metric, and is written once it has them', () => {
    const { after } = setUp();
    after(0, on);
    const lines = Array.from({ length: 150 }, (_, index) => after(1, { ...on, upstreamMs: index })).flat();
    expect(lines).toMatchObject([
      { Forwarded: 100, UpstreamTime: Array.from({ length: 100 }, (_, ms) => ms) },
    ]);
  });

  it('goes on where the clock was set back', () => {
    const { after } = setUp();
    after(0, on);
    expect(after(-60_000, on)).toMatchObject([{ Forwarded: 1 }]);
  });
});

it('knows metrics by names that CloudWatch takes, with units that it knows', () => {
  for (const [name, { unit }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(['Count', 'Milliseconds']).toContain(unit);
  }
});
