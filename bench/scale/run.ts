import type { RelayConfig } from '../../infra/config.ts';
import { REQUESTS_PER_MINUTE } from '../../local/genesys/quota.ts';
import { type Shared, SHARED_CHATS, shareBudget } from './budget.ts';
import { bindsAt, refusedShare, type Step, stepOf, stepsTo, type Use, useOf } from './limits.ts';
import { type Quota, quotasOf } from './quotas.ts';
import { type Rates, type Sample, takeSample } from './sample.ts';
import { REST_WAYS, type Way, WAYS } from './upstreams.ts';

export type Throttles = Pick<RelayConfig, 'throttleRate' | 'throttleBurst' | 'webhookThrottleRate'>;

export interface Plan {
  /** The largest number of chats at once. */
  chats: number;
  /** Chats of each way that are simulated one by one. */
  sample: number;
  /** Numbers of chats that share one token. */
  shared: readonly number[];
  seed: number;
  throttles: Throttles;
}

/** A limit, as chats of one way come to it. */
export interface Binding {
  quota: Quota;
  uses: Use[];
  /** Chats at once that use all of it; Infinity where the largest number does not. */
  chats: number;
}

export interface WayResult {
  way: Way;
  sample: Omit<Sample, 'traces'>;
  steps: { chats: number; mean: Rates; busiest: Rates; refused: number }[];
  /** Those that bind first come first. */
  bindings: Binding[];
  /** Environments of the functions that are busy in the busiest second of a thousand chats, for each chat. */
  environments: number;
}

export interface Results {
  plan: Plan;
  quotas: readonly Quota[];
  ways: WayResult[];
  shared: Shared[];
}

export const QUICK = { sample: 40, shared: [20, 100], chats: 100_000 } as const;
export const FULL = { sample: 1_000, shared: SHARED_CHATS, chats: 1_000_000 } as const;

/** The number of chats at which environments are counted. */
const COUNTED_AT = 1_000;

const busiestOf = ({ seconds, mean }: Step): Rates =>
  seconds.reduce(
    (most, rates) => ({
      frames: Math.max(most.frames, rates.frames),
      errors: Math.max(most.errors, rates.errors),
      busyMs: Math.max(most.busyMs, rates.busyMs),
      typingMs: Math.max(most.typingMs, rates.typingMs),
      watchMs: Math.max(most.watchMs, rates.watchMs),
      runs: Math.max(most.runs, rates.runs),
      writes: Math.max(most.writes, rates.writes),
      requests: Math.max(most.requests, rates.requests),
    }),
    mean,
  );

/** What many chats of a sampled way come to. */
export async function scaleUp(
  { traces, ...sample }: Sample,
  quotas: readonly Quota[],
  { chats, seed, throttles }: Pick<Plan, 'chats' | 'seed' | 'throttles'>,
  { signal, progress = () => undefined }: { signal?: AbortSignal | undefined; progress?: () => void } = {},
): Promise<WayResult> {
  const steps: Step[] = [];
  for (const size of stepsTo(chats)) {
    steps.push(await stepOf({ traces, ...sample }, size, seed, signal));
    progress();
  }
  const { throttleRate, throttleBurst } = throttles;
  const counted = steps.find((step) => step.chats >= COUNTED_AT) ?? steps.at(-1);
  const bindings = quotas
    .filter(({ applies }) => applies(sample.way))
    .map((quota) => {
      const uses = steps.map((step) => useOf(quota, sample, step));
      return { quota, uses, chats: bindsAt(uses) };
    });
  return {
    way: sample.way,
    sample,
    steps: steps.map((step) => ({
      chats: step.chats,
      mean: step.mean,
      busiest: busiestOf(step),
      refused: refusedShare(
        step.seconds.map(({ frames }) => frames),
        throttleRate,
        throttleBurst,
      ),
    })),
    bindings: bindings.sort((one, other) => (one.chats < other.chats ? -1 : 1)),
    environments: counted ? busiestOf(counted).busyMs / 1_000 / counted.chats : 0,
  };
}

/** How much work a plan is, in the progress' units. */
export const workOf = ({ sample, shared, chats }: Plan): number =>
  WAYS.length * (sample + stepsTo(chats).length) +
  REST_WAYS.length * shared.reduce((sum, some) => sum + some, 0);

/** @param progress told of work that is done @throws when it was ended */
export async function runPlan(
  plan: Plan,
  {
    signal,
    progress = () => undefined,
  }: { signal?: AbortSignal | undefined; progress?: (work: number) => void } = {},
): Promise<Results> {
  const { sample: chats, seed } = plan;
  const quotas = quotasOf(plan.throttles);
  const one = (): void => {
    progress(1);
  };
  const ways: WayResult[] = [];
  for (const way of WAYS) {
    const sample = await takeSample(way, { chats, seed, signal, progress: one });
    ways.push(await scaleUp(sample, quotas, plan, { signal, progress: one }));
  }
  const shared: Shared[] = [];
  for (const way of REST_WAYS)
    for (const size of plan.shared) {
      shared.push(await shareBudget(way, size, { seed, requestsPerMinute: REQUESTS_PER_MINUTE, signal }));
      progress(size);
    }
  return { plan, quotas, ways, shared };
}
