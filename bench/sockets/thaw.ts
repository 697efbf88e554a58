import { setTimeout as pause } from 'node:timers/promises';
import { figureOf, ratioOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import type { FarSide } from './far-side.ts';
import { type Fault, FAULTS, type Figures, SIDES, type ThawFigures } from './figures.ts';
import { assertDone, framesOf, type Receipt, receiptOf } from './frames.ts';
import { GAP_MS } from './gaps.ts';
import type { Call } from './messages.ts';
import type { Measured } from './process.ts';
import type { Proxy } from './proxy.ts';
import { makeUndisturbed, sayAgain, type Undisturbed, WayError } from './undisturbed.ts';

/** An environment is frozen between two messages, and the far side goes away meanwhile. */

/** Frames after a thaw, and how far apart: more than one, because what is lost for good is lost again and again. */
const AFTER = 3;
const APART_MS = 1_000;

type Cell = Pick<ThawFigures, 'fault' | 'side'>;

export interface ThawWorld {
  process: Measured;
  side: FarSide;
  proxy: Proxy;
  signal: AbortSignal;
  say: (text: string) => void;
}

/** One freeze and thaw. */
interface Trial extends Receipt {
  /** Of the first frame; NaN where it was lost. */
  arrivalMs: number;
  endMs: number;
}

const CELLS: readonly Cell[] = FAULTS.flatMap((fault) => SIDES.map((side) => ({ fault, side })));

const keyOf = ({ fault, side }: Cell): string => `${side}-${fault}`;

/** Every cell by turns. @throws Error when a frame came out of turn, a call failed, or a healthy socket lost a frame */
export async function measureThaws(
  world: ThawWorld,
  rounds: number,
): Promise<Pick<Figures, 'thaws' | 'healthy'> & { counts: ReturnType<Undisturbed['counts']> }> {
  const undisturbed = makeUndisturbed(sayAgain(world.say));
  const trials = new Map(CELLS.map((cell): [string, Trial[]] => [keyOf(cell), []]));
  const turns = Object.fromEntries(
    CELLS.map((cell): [string, () => Promise<number>] => [
      keyOf(cell),
      async () => {
        const trial = await undisturbed.run(() => tryOnce(world, cell));
        trials.get(keyOf(cell))?.push(trial);
        return trial.endMs;
      },
    ]),
  );
  await takeTurns(turns, { rounds, signal: world.signal });
  const of = (cell: Cell): Trial[] => trials.get(keyOf(cell)) ?? [];
  const arrivals = (side: Cell['side']): number[] =>
    of({ fault: 'healthy', side }).map(({ arrivalMs }) => arrivalMs);
  return {
    thaws: CELLS.map((cell) => ({ ...cell, ...sumOf(of(cell)) })),
    healthy: ratioOf(arrivals('kept'), arrivals('checked')),
    counts: undisturbed.counts(),
  };
}

function sumOf(trials: readonly Trial[]): Omit<ThawFigures, keyof Cell> {
  const arrivals = trials.map(({ arrivalMs }) => arrivalMs);
  return {
    thaws: trials.length,
    sent: AFTER * trials.length,
    lost: trials.reduce((sum, { lost }) => sum + lost, 0),
    mostLost: Math.max(...trials.map(({ lost }) => lost)),
    repeats: trials.reduce((sum, { repeats }) => sum + repeats, 0),
    endMs: figureOf(trials.map(({ endMs }) => endMs)),
    ...(arrivals.every(Number.isFinite) && { arrivalMs: figureOf(arrivals) }),
  };
}

async function tryOnce(world: ThawWorld, cell: Cell): Promise<Trial> {
  const { process, side, proxy } = world;
  const who = keyOf(cell);
  const [ahead = '', ...texts] = framesOf(who, 1 + AFTER);
  const from = { arrivals: side.arrivals.length, connections: side.connections.length };
  const before = await send(world, cell, ahead, 0);
  await side.settled();
  const connections = side.connections.length;
  const after = await freezeAndThaw(world, cell, texts);
  await proxy.hangUp();
  await side.allClosed();
  await process.ask({ kind: 'forget' });
  const arrivals = side.arrivals.slice(from.arrivals);
  const received = arrivals.map(({ text }) => text);
  const receipt = receiptOf(who, [ahead, ...texts], received);
  assertThaw(who, cell, side.connections.length - connections, receipt);
  // A frame that came is no success where its sender was told that it failed.
  assertDone(who, [before, ...after]);
  if (received[0] !== ahead) throw new Error(`${who}: the frame before the freeze was lost`);
  const arrivedAt = arrivals.find(({ text }) => text === texts[0])?.at ?? NaN;
  const { start = NaN, end = NaN } = after[0] ?? {};
  return { ...receipt, arrivalMs: arrivedAt - start, endMs: end - start };
}

async function send(
  { process, proxy }: ThawWorld,
  { side }: Cell,
  text: string,
  aheadMs: number,
): Promise<Call> {
  const url = `wss://${proxy.host}/guest`;
  const { calls } = await process.ask({ kind: 'send', sender: side, url, text, aheadMs });
  const [call] = calls;
  if (!call) throw new Error(`${side}: nothing was sent`);
  return call;
}

/** @returns the calls after the thaw */
async function freezeAndThaw(world: ThawWorld, cell: Cell, [text = '', ...more]: string[]): Promise<Call[]> {
  const { process, side } = world;
  const connections = side.connections.length;
  // What is sent into silence does not arrive, nor an answer to it.
  const settled = async (): Promise<void> => {
    if (cell.fault !== 'silent' || side.connections.length > connections) await side.settled();
  };
  await process.freeze();
  await goAway(world, cell.fault);
  const sending = send(world, cell, text, GAP_MS.idle);
  // The event is there before the environment goes on, as it is what thaws it.
  process.thaw();
  const calls = [await sending];
  await settled();
  for (const next of more) {
    calls.push(await send(world, cell, next, APART_MS));
    await settled();
  }
  return calls;
}

/**
 * @param opened sockets after the thaw
 * @throws WayError when a socket was opened where the far side was there, or none where it was seen to be gone
 * @throws Error when a frame was lost on a healthy socket, or came twice from one who does not repeat
 */
export function assertThaw(
  who: string,
  { fault, side }: Cell,
  opened: number,
  { lost, repeats }: Receipt,
): void {
  const isSeen = fault !== 'healthy' && (fault !== 'silent' || side === 'kept');
  const expected = isSeen ? 1 : 0;
  if (opened !== expected)
    throw new WayError(`${who}: opened ${opened} sockets after the thaw and was to open ${expected}`);
  if (fault === 'healthy' && lost > 0)
    throw new Error(`${who}: ${lost} frames were lost on a healthy socket`);
  if (repeats > (side === 'kept' ? opened : 0)) throw new Error(`${who}: ${repeats} frames came twice`);
}

/** Resolves when the frozen environment's machine has got what there is to get. */
async function goAway({ side, proxy, signal }: ThawWorld, fault: Fault): Promise<void> {
  if (fault === 'healthy') return;
  if (fault !== 'frame') {
    await proxy.breakAll(fault);
    return;
  }
  // The socket is settled: what comes down next is the goodbye.
  const from = proxy.passages.length;
  side.sayGoodbye();
  while (!proxy.passages.slice(from).some(({ what }) => what === 'down')) {
    signal.throwIfAborted();
    await pause(1);
  }
}
