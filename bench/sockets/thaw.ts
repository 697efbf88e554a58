import { setTimeout as pause } from 'node:timers/promises';
import { figureOf, ratioOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { LONG_IDLE_MS } from './calls.ts';
import type { FarSide } from './far-side.ts';
import { type Fault, FAULTS, type Figures, IDLES, SIDES, type ThawFigures } from './figures.ts';
import { framesOf, lostOf } from './frames.ts';
import type { Call } from './messages.ts';
import type { Measured } from './process.ts';
import type { Proxy } from './proxy.ts';

/** An environment is frozen between two messages, and the far side goes away meanwhile. */

/** How long the environment's clock says that it was idle. */
const IDLE_MS = { short: 1_000, long: LONG_IDLE_MS };

/** Frames after a thaw, and how far apart: more than one, because what is lost for good is lost again and again. */
const AFTER = 3;
const APART_MS = 1_000;

type Cell = Pick<ThawFigures, 'idle' | 'fault' | 'side'>;

export interface ThawWorld {
  process: Measured;
  side: FarSide;
  proxy: Proxy;
  roundTripMs: number;
  signal: AbortSignal;
}

/** One freeze and thaw. */
interface Trial {
  lost: number;
  opened: number;
  /** NaN where it was lost. */
  arrivalMs: number;
  endMs: number;
}

const CELLS: readonly Cell[] = IDLES.flatMap((idle) =>
  FAULTS.flatMap((fault) => SIDES.map((side) => ({ idle, fault, side }))),
);

const keyOf = ({ idle, fault, side }: Cell): string => `${side}-${idle}-${fault}`;

/** Every cell by turns. @throws Error when a frame came twice or out of turn, or a healthy socket lost one */
export async function measureThaws(
  world: ThawWorld,
  rounds: number,
): Promise<Pick<Figures, 'thaws' | 'healthy'>> {
  const trials = new Map(CELLS.map((cell): [string, Trial[]] => [keyOf(cell), []]));
  const turns = Object.fromEntries(
    CELLS.map((cell): [string, () => Promise<number>] => [
      keyOf(cell),
      async () => {
        const trial = await tryOnce(world, cell);
        trials.get(keyOf(cell))?.push(trial);
        return trial.endMs;
      },
    ]),
  );
  await takeTurns(turns, { rounds, signal: world.signal });
  const of = (cell: Cell): Trial[] => trials.get(keyOf(cell)) ?? [];
  const arrivals = (idle: Cell['idle'], side: Cell['side']): number[] =>
    of({ idle, fault: 'healthy', side }).map(({ arrivalMs }) => arrivalMs);
  const ratio = (idle: Cell['idle']): Figures['healthy']['short'] =>
    ratioOf(arrivals(idle, 'kept'), arrivals(idle, 'checked'));
  return {
    thaws: CELLS.map((cell) => ({ ...cell, ...sumOf(of(cell)) })),
    healthy: { short: ratio('short'), long: ratio('long') },
  };
}

function sumOf(trials: readonly Trial[]): Omit<ThawFigures, keyof Cell> {
  const arrivals = trials.map(({ arrivalMs }) => arrivalMs);
  return {
    thaws: trials.length,
    sent: AFTER * trials.length,
    lost: trials.reduce((sum, { lost }) => sum + lost, 0),
    mostLost: Math.max(...trials.map(({ lost }) => lost)),
    opened: figureOf(trials.map(({ opened }) => opened)),
    endMs: figureOf(trials.map(({ endMs }) => endMs)),
    ...(arrivals.every(Number.isFinite) && { arrivalMs: figureOf(arrivals) }),
  };
}

async function tryOnce(world: ThawWorld, cell: Cell): Promise<Trial> {
  const { process, side, proxy, roundTripMs } = world;
  const url = `wss://${proxy.host}/guest`;
  const [ahead = '', ...texts] = framesOf(keyOf(cell), 1 + AFTER);
  const from = { arrivals: side.arrivals.length, connections: side.connections.length };
  const send = async (text: string, aheadMs: number): Promise<Call | undefined> =>
    (await process.ask({ kind: 'send', sender: cell.side, url, text, aheadMs })).calls[0];
  await send(ahead, 0);
  await proxy.quiet();
  await process.freeze();
  await goAway(world, cell.fault);
  const connections = side.connections.length;
  const calls: (Call | undefined)[] = [];
  for (const [index, text] of texts.entries()) {
    const sending = send(text, index === 0 ? IDLE_MS[cell.idle] : APART_MS);
    // The event is there before the environment goes on, as it is what thaws it.
    if (index === 0) process.thaw();
    calls.push(await sending);
    await pause(roundTripMs + 20);
  }
  await proxy.hangUp();
  await side.allClosed();
  await process.ask({ kind: 'forget' });
  const arrivals = side.arrivals.slice(from.arrivals);
  const who = keyOf(cell);
  const received = arrivals.map(({ text }) => text);
  const lost = lostOf(who, [ahead, ...texts], received);
  if (received[0] !== ahead || (cell.fault === 'healthy' && lost > 0))
    throw new Error(`${who}: ${lost} frames were lost on a healthy socket`);
  const [first] = calls;
  if (!first) throw new Error(`${who}: nothing was sent`);
  const arrivedAt = arrivals.find(({ text }) => text === texts[0])?.at ?? NaN;
  return {
    lost,
    opened: side.connections.length - connections,
    arrivalMs: arrivedAt - first.start,
    endMs: first.end - first.start,
  };
}

/** Resolves when the frozen environment's machine has got what there is to get. */
async function goAway({ side, proxy, signal }: ThawWorld, fault: Fault): Promise<void> {
  if (fault === 'healthy') return;
  if (fault !== 'frame') {
    await proxy.breakAll(fault);
    return;
  }
  const from = proxy.passages.length;
  side.sayGoodbye();
  while (!proxy.passages.slice(from).some(({ what }) => what === 'down')) {
    signal.throwIfAborted();
    await pause(1);
  }
}
