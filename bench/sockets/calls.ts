import { figureOf, ratioOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { type FarSide, TLS_VERSIONS, type TlsVersion } from './far-side.ts';
import { type CallFigures, CONTENDERS, type Contender, type Figures } from './figures.ts';
import { assertSame, framesOf } from './frames.ts';
import type { Answer, SenderName } from './messages.ts';
import type { Measured } from './process.ts';
import type { Proxy } from './proxy.ts';
import { bytesOf, roundTripsIn } from './round-trips.ts';

/** One frame at a time: on a socket that is kept, and on one of its own. */

/** Longer than a kept socket goes without a ping, shorter than it is kept for. */
export const LONG_IDLE_MS = 10_000;

/** Frames of a run; one more goes ahead, which opens what stays open and warms the rest. */
const FRAMES = 6;

interface How {
  process: 'ours' | 'forgetful';
  sender: SenderName;
  aheadMs: number;
  /** Whether its TLS sessions are to be taken up again; undefined where no measured call opens one. */
  resumes?: boolean;
}

const HOW: Record<Contender, How> = {
  kept: { process: 'ours', sender: 'kept', aheadMs: 0 },
  'kept, idle': { process: 'ours', sender: 'kept', aheadMs: LONG_IDLE_MS },
  checked: { process: 'ours', sender: 'checked', aheadMs: 0 },
  reconnect: { process: 'ours', sender: 'reconnect', aheadMs: 0, resumes: true },
  forgetful: { process: 'forgetful', sender: 'reconnect', aheadMs: 0, resumes: false },
  sample: { process: 'ours', sender: 'sample', aheadMs: 0, resumes: false },
};

export interface World {
  processes: { ours: Measured; forgetful: Measured };
  far: Readonly<Record<TlsVersion, { side: FarSide; proxy: Proxy }>>;
  roundTripMs: number;
}

/** What one run measured of a call, in the middle. */
type Run = Record<Exclude<keyof CallFigures, 'contender' | 'tls'>, number>;

/** All contenders by turns. @throws Error when they did not all bring the same frames, or not in the way that they stand for */
export async function measureCalls(
  world: World,
  { quick, rounds, signal }: { quick: boolean; rounds: number; signal: AbortSignal },
): Promise<Pick<Figures, 'calls' | 'ratios'>> {
  const runs = new Map<string, Run[]>();
  const texts = framesOf('call', (quick ? 2 : FRAMES) + 1);
  const turns = Object.fromEntries(
    TLS_VERSIONS.flatMap((tls) =>
      CONTENDERS.map((contender): [string, () => Promise<number>] => [
        keyOf(contender, tls),
        async () => {
          const run = await runUndisturbed(() => runOnce(world, contender, tls, texts));
          runs.set(keyOf(contender, tls), [...(runs.get(keyOf(contender, tls)) ?? []), run]);
          return run.endMs;
        },
      ]),
    ),
  );
  // The first round compiles the code.
  if (!quick) await takeTurns(turns, { rounds: 1, signal });
  runs.clear();
  await takeTurns(turns, { rounds, signal });
  return summaryOf(runs);
}

const keyOf = (contender: Contender, tls: TlsVersion): string => `${contender} ${tls}`;

/** The sockets of a run were not those that its contender stands for. */
export class WayError extends Error {
  override readonly name = 'WayError';
}

const TRIES = 3;

/**
 * A machine that stands still for half a second makes the relay take a socket for dead, and rightly: such a run says
 * nothing of how fast it is, and is made again.
 * @throws WayError when that does not help: then it is not the machine
 */
export async function runUndisturbed<T>(run: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1)
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof WayError) || left === 0) throw error;
    }
}

async function runOnce(
  { processes, far, roundTripMs }: World,
  contender: Contender,
  tls: TlsVersion,
  texts: string[],
): Promise<Run> {
  const { process, sender, aheadMs, resumes } = HOW[contender];
  const { side, proxy } = far[tls];
  const from = {
    arrivals: side.arrivals.length,
    connections: side.connections.length,
    passages: proxy.passages.length,
  };
  const url = `wss://${proxy.host}/guest`;
  // Longer than a round trip, so that what is still to come to one call does not come in the next.
  const pauseMs = roundTripMs + 20;
  const answer = await processes[process].ask({ kind: 'batch', sender, url, texts, aheadMs, pauseMs });
  await processes[process].ask({ kind: 'forget' });
  await proxy.hangUp();
  await side.allClosed();
  const who = keyOf(contender, tls);
  assertDone(who, answer);
  const arrivals = side.arrivals.slice(from.arrivals);
  assertSame(
    who,
    texts,
    arrivals.map(({ text }) => text),
  );
  assertWay(who, side.connections.slice(from.connections), resumes === undefined ? 1 : texts.length, resumes);
  return measured(answer, arrivals, proxy.passages.slice(from.passages));
}

/** @throws Error when a call failed */
function assertDone(who: string, { calls }: Answer): void {
  const failed = calls.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${who}: ${failed.error ?? ''}`);
}

/**
 * @param resumes of those after the first, which has no session to take up
 * @throws WayError when a socket was opened where none was to be, or TLS did not do what the contender stands for
 */
export function assertWay(
  who: string,
  connections: readonly { isResumed: boolean }[],
  expected: number,
  resumes: boolean | undefined,
): void {
  if (connections.length !== expected)
    throw new WayError(`${who}: opened ${connections.length} sockets and was to open ${expected}`);
  if (resumes === undefined) return;
  if (connections.slice(1).some(({ isResumed }) => isResumed !== resumes))
    throw new WayError(`${who}: TLS sessions were ${resumes ? 'not all' : 'partly'} taken up again`);
}

function measured({ calls, cpuMs }: Answer, arrivals: FarSide['arrivals'], passages: Proxy['passages']): Run {
  const middle = (value: (call: Answer['calls'][number]) => number): number =>
    figureOf(calls.map(value)).median;
  const arrivedAt = new Map(arrivals.map(({ text, at }) => [text, at]));
  const first = Math.min(...calls.map(({ start }) => start));
  // The pause before the first measured call is long enough for all that belongs to the one ahead.
  const during = passages.filter(({ at }) => at >= first);
  return {
    arrivalMs: middle(({ text, start }) => (arrivedAt.get(text) ?? NaN) - start),
    endMs: middle(({ start, end }) => end - start),
    cpuMs,
    roundTrips: middle((call) => roundTripsIn(passages, call)),
    bytesUp: bytesOf(during, 'up') / calls.length,
    bytesDown: bytesOf(during, 'down') / calls.length,
  };
}

function summaryOf(runs: ReadonlyMap<string, readonly Run[]>): Pick<Figures, 'calls' | 'ratios'> {
  const values = (contender: Contender, key: keyof Run, tls: TlsVersion = 'TLSv1.3'): number[] =>
    (runs.get(keyOf(contender, tls)) ?? []).map((run) => run[key]);
  const calls = TLS_VERSIONS.flatMap((tls) =>
    CONTENDERS.map((contender): CallFigures => {
      const of = (key: keyof Run): CallFigures['endMs'] => figureOf(values(contender, key, tls));
      return {
        contender,
        tls,
        arrivalMs: of('arrivalMs'),
        endMs: of('endMs'),
        cpuMs: of('cpuMs'),
        roundTrips: of('roundTrips'),
        bytesUp: of('bytesUp'),
        bytesDown: of('bytesDown'),
      };
    }),
  );
  const ratio = (ours: Contender, theirs: Contender, key: keyof Run): CallFigures['endMs'] =>
    ratioOf(values(ours, key), values(theirs, key));
  return {
    calls,
    ratios: {
      sampleEnd: ratio('kept', 'sample', 'endMs'),
      sampleArrival: ratio('kept', 'sample', 'arrivalMs'),
      sampleCpu: ratio('kept', 'sample', 'cpuMs'),
      checkedArrival: ratio('kept', 'checked', 'arrivalMs'),
      checkedEnd: ratio('kept', 'checked', 'endMs'),
      checkedCpu: ratio('kept', 'checked', 'cpuMs'),
      resumedCpu: ratio('reconnect', 'forgetful', 'cpuMs'),
    },
  };
}
