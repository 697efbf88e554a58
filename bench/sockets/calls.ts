import { figureOf, ratioOf } from '../measure/figures.ts';
import type { Bench } from '../measure/part.ts';
import { takeTurns } from '../measure/turns.ts';
import { type Connection, type FarSide, TLS_VERSIONS, type TlsVersion } from './far-side.ts';
import { type CallFigures, CONTENDERS, type Contender, type Figures, KEPT, type Ratios } from './figures.ts';
import { assertDone, assertSame, framesOf } from './frames.ts';
import { GAP_MS, type Gap } from './gaps.ts';
import type { Answer, SenderName } from './messages.ts';
import type { Measured } from './process.ts';
import type { Proxy } from './proxy.ts';
import { bytesOf, roundTripsIn } from './round-trips.ts';
import { makeUndisturbed, sayAgain, type Undisturbed, WayError } from './undisturbed.ts';

/** One frame at a time: on a socket that is kept, and on one of its own. */

/** Frames of a run; one more goes ahead, which opens what stays open and warms the rest. */
const FRAMES = 6;

/** What a contender stands for, as the far side sees it. */
interface Way {
  /** Whether its TLS sessions are to be taken up again; undefined where no measured call opens one. */
  resumes?: boolean;
  /** With what a ping goes along. */
  pings: 'nothing' | 'opening' | 'each frame';
  /** That each measured call is blocked for, where a contender stands for that. */
  trips?: number;
}

interface How extends Way {
  process: 'ours' | 'forgetful';
  sender: SenderName;
  gap: Gap;
}

const HOW: Record<Contender, How> = {
  kept: { process: 'ours', sender: 'kept', gap: 'none', pings: 'opening', trips: 0 },
  'kept, idle': { process: 'ours', sender: 'kept', gap: 'idle', pings: 'each frame', trips: 1 },
  checked: { process: 'ours', sender: 'checked', gap: 'none', pings: 'nothing' },
  reconnect: { process: 'ours', sender: 'reconnect', gap: 'none', resumes: true, pings: 'nothing' },
  forgetful: { process: 'forgetful', sender: 'reconnect', gap: 'none', resumes: false, pings: 'nothing' },
  sample: { process: 'ours', sender: 'sample', gap: 'none', resumes: false, pings: 'nothing' },
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
  { quick, rounds, signal, say }: Pick<Bench, 'quick' | 'rounds' | 'signal' | 'say'>,
): Promise<Pick<Figures, 'calls' | 'ratios' | 'resumedCpu'> & { counts: Counts }> {
  const texts = framesOf('call', (quick ? 2 : FRAMES) + 1);
  const measureRounds = async (count: number): Promise<{ runs: Map<string, Run[]>; counts: Counts }> => {
    const runs = new Map<string, Run[]>();
    const undisturbed = makeUndisturbed(sayAgain(say));
    const turns = turnsOf(async (contender, tls) => {
      const run = await undisturbed.run(() => runOnce(world, contender, tls, texts));
      runs.set(keyOf(contender, tls), [...(runs.get(keyOf(contender, tls)) ?? []), run]);
      return run.endMs;
    });
    await takeTurns(turns, { rounds: count, signal });
    return { runs, counts: undisturbed.counts() };
  };
  // The first round compiles the code.
  if (!quick) await measureRounds(1);
  const { runs, counts } = await measureRounds(rounds);
  return { ...summaryOf(runs), counts };
}

type Counts = ReturnType<Undisturbed['counts']>;

const turnsOf = (
  run: (contender: Contender, tls: TlsVersion) => Promise<number>,
): Record<string, () => Promise<number>> =>
  Object.fromEntries(
    TLS_VERSIONS.flatMap((tls) =>
      CONTENDERS.map((contender): [string, () => Promise<number>] => [
        keyOf(contender, tls),
        () => run(contender, tls),
      ]),
    ),
  );

const keyOf = (contender: Contender, tls: TlsVersion): string => `${contender} ${tls}`;

async function runOnce(
  { processes, far, roundTripMs }: World,
  contender: Contender,
  tls: TlsVersion,
  texts: string[],
): Promise<Run> {
  const { process, sender, gap, ...way } = HOW[contender];
  const { side, proxy } = far[tls];
  const from = {
    arrivals: side.arrivals.length,
    connections: side.connections.length,
    passages: proxy.passages.length,
  };
  const url = `wss://${proxy.host}/guest`;
  // Longer than a round trip, so that what is still to come to one call does not come in the next.
  const pauseMs = roundTripMs + 20;
  const aheadMs = GAP_MS[gap];
  const answer = await processes[process].ask({ kind: 'batch', sender, url, texts, aheadMs, pauseMs });
  // What is said to end the run is none of it.
  const passages = proxy.passages.slice(from.passages);
  await side.settled();
  await processes[process].ask({ kind: 'forget' });
  await proxy.hangUp();
  await side.allClosed();
  const who = keyOf(contender, tls);
  assertDone(who, answer.calls);
  // First: where the relay took a socket for dead, a frame that came twice is what follows.
  assertWay(who, side.connections.slice(from.connections), texts.length, way);
  assertTrips(
    who,
    answer.calls.map((call) => roundTripsIn(passages, call)),
    way,
  );
  const arrivals = side.arrivals.slice(from.arrivals);
  assertSame(
    who,
    texts,
    arrivals.map(({ text }) => text),
  );
  return measured(answer, arrivals, passages);
}

/**
 * @param frames of the run, all on one socket where no call is to open another
 * @param way its TLS is that of the sockets after the first, which has no session to take up
 * @throws WayError when a socket was opened where none was to be, or sockets did not do what the contender stands for
 */
export function assertWay(
  who: string,
  connections: readonly Pick<Connection, 'isResumed' | 'pings'>[],
  frames: number,
  { resumes, pings: along }: Way,
): void {
  const expected = resumes === undefined ? 1 : frames;
  if (connections.length !== expected)
    throw new WayError(`${who}: opened ${connections.length} sockets and was to open ${expected}`);
  const pings = connections.reduce((sum, connection) => sum + connection.pings, 0);
  // That of the opening goes with the first frame.
  const expectedPings = { nothing: 0, opening: 1, 'each frame': frames }[along];
  if (pings !== expectedPings)
    throw new WayError(`${who}: sent ${pings} pings and was to send ${expectedPings}`);
  if (resumes === undefined) return;
  if (connections.slice(1).some(({ isResumed }) => isResumed !== resumes))
    throw new WayError(`${who}: TLS sessions were ${resumes ? 'not all' : 'partly'} taken up again`);
}

/** @throws WayError when a call was blocked for more or fewer round trips than its contender stands for */
export function assertTrips(who: string, trips: readonly number[], { trips: expected }: Way): void {
  if (expected === undefined || trips.every((each) => each === expected)) return;
  throw new WayError(`${who}: blocked for ${trips.join(', ')} round trips and was to block for ${expected}`);
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

function summaryOf(
  runs: ReadonlyMap<string, readonly Run[]>,
): Pick<Figures, 'calls' | 'ratios' | 'resumedCpu'> {
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
  const ratiosOf = (gap: Gap): Ratios => ({
    sampleEnd: ratio(KEPT[gap], 'sample', 'endMs'),
    sampleArrival: ratio(KEPT[gap], 'sample', 'arrivalMs'),
    sampleCpu: ratio(KEPT[gap], 'sample', 'cpuMs'),
    checkedEnd: ratio(KEPT[gap], 'checked', 'endMs'),
    checkedArrival: ratio(KEPT[gap], 'checked', 'arrivalMs'),
    checkedCpu: ratio(KEPT[gap], 'checked', 'cpuMs'),
  });
  return {
    calls,
    ratios: { none: ratiosOf('none'), idle: ratiosOf('idle') },
    resumedCpu: ratio('reconnect', 'forgetful', 'cpuMs'),
  };
}
