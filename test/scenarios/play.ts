import { makeSockets, type Sockets } from './client.ts';
import { Difference } from './difference.ts';
import { makeHttp, makeProbe, makeRelay, type Target } from './parts.ts';
import type { Scenario } from './scenario.ts';

/** What became of a scenario. */
export type Outcome =
  | { readonly result: 'as expected'; readonly ms: number }
  | { readonly result: 'differs'; readonly ms: number; readonly difference: string }
  | { readonly result: 'skipped'; readonly reason: string };

export interface PlayOptions {
  /** How long a scenario may take, and how much longer than the limit that it waits for. */
  readonly deadlineMs: number;
  /** Plays the slow ones, too. */
  readonly slow: boolean;
}

/** Plays one scenario against a target. Never rejects. */
export async function play(scenario: Scenario, target: Target, options: PlayOptions): Promise<Outcome> {
  const { slow } = scenario;
  if (slow !== undefined && !options.slow) return { result: 'skipped', reason: 'slow: play it with --slow' };
  const sockets = makeSockets();
  const run = runOf(scenario, target, sockets);
  if (run === undefined) return { result: 'skipped', reason: `no ${FLAG[scenario.app]} given` };
  const limits = { idle: target.limits.idleMs, life: target.limits.lifeMs };
  const deadlineMs = options.deadlineMs + (slow === undefined ? 0 : limits[slow]);
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  try {
    await withDeadline(run(), deadlineMs, sockets);
    return { result: 'as expected', ms: ms() };
  } catch (error) {
    return { result: 'differs', ms: ms(), difference: wordsFor(error) };
  } finally {
    sockets.close();
  }
}

const FLAG = { relay: '--url', probe: '--probe', http: '--probe-http' } satisfies Record<
  Scenario['app'],
  string
>;

function runOf(scenario: Scenario, target: Target, sockets: Sockets): (() => Promise<void>) | undefined {
  const { relay, probe, limits } = target;
  switch (scenario.app) {
    case 'relay':
      return relay && (() => scenario.run(makeRelay(relay, sockets)));
    case 'probe':
      return probe && (() => scenario.run(makeProbe(probe, limits, sockets)));
    case 'http': {
      const { httpUrl, token = '' } = probe ?? {};
      return httpUrl === undefined ? undefined : () => scenario.run(makeHttp(httpUrl, token, sockets));
    }
  }
}

/** What runs on these sockets, or a `Difference` that says what it still waits for when its time is over. */
export async function withDeadline<T>(running: Promise<T>, ms: number, sockets: Sockets): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Difference(`nothing comes within ${ms / 1000} s: waited for ${sockets.awaited()}`));
    }, ms);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
    // What still waits is given up with its sockets.
    running.catch(() => undefined);
  }
}

/** An error in one line, with what `fetch` hides in its cause. */
export function wordsFor(error: unknown): string {
  if (error instanceof Difference) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
