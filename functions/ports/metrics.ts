import type { Handled } from '../relay/handled.ts';

/** What a metric is told apart by, beside the stack. */
export type Dimension = 'Upstream' | 'Reason' | 'Outcome';

interface MetricSpec {
  unit: 'Count' | 'Milliseconds';
  /** Each set makes a series of its own for each of its values, and CloudWatch bills by the series. */
  by: readonly (readonly Dimension[])[];
}

const all: readonly Dimension[] = [];
const perUpstream = [all, ['Upstream']] as const;

/** Every metric that the functions write: the stack's dashboard and alarms, and docs/operating.md, follow it. */
export const METRICS = {
  Forwarded: { unit: 'Count', by: perUpstream },
  Coalesced: { unit: 'Count', by: perUpstream },
  Stale: { unit: 'Count', by: perUpstream },
  Ignored: { unit: 'Count', by: perUpstream },
  UpstreamTime: { unit: 'Milliseconds', by: perUpstream },
  OwedOffs: { unit: 'Count', by: perUpstream },
  UpstreamRefused: { unit: 'Count', by: [...perUpstream, ['Upstream', 'Reason']] },
  SessionEnded: { unit: 'Count', by: [...perUpstream, ['Upstream', 'Reason']] },
  RateLimited: { unit: 'Count', by: perUpstream },
  FramesRefused: { unit: 'Count', by: [all, ['Reason']] },
  TicketsRefused: { unit: 'Count', by: [all, ['Reason']] },
  StateUnavailable: { unit: 'Count', by: [all] },
  WebhookDeliveries: { unit: 'Count', by: [all, ['Outcome']] },
} as const satisfies Record<string, MetricSpec>;
export type Metric = keyof typeof METRICS;

export const NAMESPACE = 'typing-relay';

/** Ordinary outcomes are written together, at most so often: a line for each would cost more than all else of the log. */
const GATHER_MS = 10_000;

/** Values that one metric may have in a line. CloudWatch_Embedded_Metric_Format_Specification.html, "Target members" */
const VALUES_MAX = 100;

export interface MetricsPorts {
  /** The stack's name: one account may hold several. */
  stack: string;
  /** Writes one line, past the log level. */
  write: (line: string) => void;
  /** Epoch milliseconds. */
  now: () => number;
}

/** What was gathered under one set of dimension values, since when, and when that was last written. */
interface Gathered {
  dimensions: Partial<Record<Dimension, string>>;
  values: Map<Metric, number[]>;
  since: number;
  writtenAt: number;
}

/**
 * Counts what was handled, in CloudWatch's embedded metric format: at most one line for each invocation. What an
 * operator should see soon goes out at once; the rest is gathered, and what an environment still holds when Lambda
 * ends it is lost.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function makeMetrics({ stack, write, now }: MetricsPorts): (handled: readonly Handled[]) => void {
  const groups = new Map<string, Gathered>();

  function add(handled: Handled, at: number): void {
    const measures = measuresOf(handled);
    if (measures.length === 0) return;
    const dimensions = dimensionsOf(handled);
    const key = JSON.stringify(dimensions);
    const group = groups.get(key) ?? {
      dimensions,
      values: new Map<Metric, number[]>(),
      since: at,
      writtenAt: -Infinity,
    };
    groups.set(key, group);
    if (group.values.size === 0) group.since = at;
    for (const [metric, value] of measures) {
      const found = group.values.get(metric) ?? [];
      group.values.set(metric, found);
      if (METRICS[metric].unit === 'Count') found[0] = (found[0] ?? 0) + value;
      else found.push(value);
    }
  }

  /** Of the groups whose time has come a refusal, or else the one that has waited for longest. */
  function due(at: number): Gathered | undefined {
    const waiting = [...groups.values()].filter((group) => group.values.size > 0 && isDue(group, at));
    const last = (group: Gathered): number => (isRefusal(group) ? -Infinity : group.writtenAt);
    return waiting.toSorted((one, other) => (last(one) < last(other) ? -1 : 1))[0];
  }

  return (handled) => {
    const at = now();
    for (const one of handled) add(one, at);
    const group = due(at);
    if (!group) return;
    write(lineOf(stack, group));
    group.values = new Map();
    group.writtenAt = at;
  };
}

/** A refusal says why. */
const isRefusal = ({ dimensions }: Gathered): boolean => dimensions.Reason !== undefined;

/** A refusal is told at once; so is what would not fit into a line any more. */
function isDue(group: Gathered, at: number): boolean {
  const full = [...group.values.values()].some(({ length }) => length >= VALUES_MAX);
  return isRefusal(group) || full || Math.abs(at - group.writtenAt) >= GATHER_MS;
}

const OUTCOMES: ReadonlyMap<string, Metric> = new Map([
  ['forwarded', 'Forwarded'],
  ['coalesced', 'Coalesced'],
  ['stale', 'Stale'],
  ['ignored', 'Ignored'],
]);

/** What an error counts as. */
const ERRORS: ReadonlyMap<string, Metric> = new Map([
  ['bad_json', 'FramesRefused'],
  ['bad_frame', 'FramesRefused'],
  ['unknown_type', 'FramesRefused'],
  ['too_many_frames', 'FramesRefused'],
  ['upstream_rejected', 'UpstreamRefused'],
  ['upstream_unavailable', 'UpstreamRefused'],
  ['session_ended', 'SessionEnded'],
  ['upstream_rate_limited', 'RateLimited'],
  ['state_unavailable', 'StateUnavailable'],
  ['ticket_refused', 'TicketsRefused'],
]);

function measuresOf({ event, outcome, error, upstreamMs }: Handled): [Metric, number][] {
  const typed = event === 'typing-on' || event === 'typing-off';
  const metrics: (Metric | undefined)[] = [
    // What was spared because the requests run out is no call saved.
    typed && error === undefined ? OUTCOMES.get(outcome) : undefined,
    event === 'watch' && outcome === 'ended' ? 'OwedOffs' : undefined,
    event === 'agent-typing' ? 'WebhookDeliveries' : undefined,
    error === undefined ? undefined : ERRORS.get(error),
  ];
  const counted = metrics.filter((metric) => metric !== undefined);
  return [
    ...counted.map((metric): [Metric, number] => [metric, 1]),
    ...(upstreamMs === undefined ? [] : [['UpstreamTime', upstreamMs] satisfies [Metric, number]]),
  ];
}

function dimensionsOf({ event, outcome, kind, error, reason }: Handled): Gathered['dimensions'] {
  return {
    ...(kind !== undefined && { Upstream: kind }),
    ...(outcome === 'refused' && error !== undefined && { Reason: reason ?? error }),
    ...(event === 'agent-typing' && { Outcome: outcome }),
  };
}

/** One line, with a directive for all metrics that have the same dimension sets: those whose values are known. */
function lineOf(stack: string, { dimensions, values, since }: Gathered): string {
  return JSON.stringify({
    // Lambda takes a line without these for INFO, and drops it below the function's level: monitoring-cloudwatchlogs-log-level.html
    level: 'WARN',
    timestamp: new Date(since).toISOString(),
    _aws: { Timestamp: since, CloudWatchMetrics: directivesOf([...values.keys()], dimensions) },
    Stack: stack,
    ...dimensions,
    ...Object.fromEntries(
      [...values].map(([metric, found]) => [metric, found.length === 1 ? found[0] : found]),
    ),
  });
}

function directivesOf(metrics: Metric[], dimensions: Gathered['dimensions']) {
  const alike = new Map<string, { Namespace: string; Dimensions: string[][]; Metrics: object[] }>();
  for (const metric of metrics) {
    const { by, unit }: MetricSpec = METRICS[metric];
    const known = by.filter((set) => set.every((name) => dimensions[name] !== undefined));
    const Dimensions = known.map((set) => ['Stack', ...set]);
    const key = JSON.stringify(Dimensions);
    const directive = alike.get(key) ?? { Namespace: NAMESPACE, Dimensions, Metrics: [] };
    alike.set(key, directive);
    directive.Metrics.push({ Name: metric, Unit: unit });
  }
  return [...alike.values()];
}
