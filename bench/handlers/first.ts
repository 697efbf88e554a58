import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { REFUSAL_WAIT_MS } from '../../functions/relay/constants.ts';
import { takeTurns } from '../measure/turns.ts';
import { compare, compared, perform } from './warm.ts';
import { startSide, type Stage } from './contenders.ts';
import type { CpuShare } from './cpu-share.ts';
import { makeWriter, type Writer } from './events.ts';
import { type Kind, SPECS } from './kinds.ts';
import { mustBeSame, type Work } from './same-work.ts';
import type { Side } from './sealing.ts';

/** A new environment's INIT, and its first invocation after it; milliseconds. */
export const firstFigures = z.object({
  /** Without the time for which both listen for a refusal, where they do. */
  wall: compared,
  cpu: compared,
  initWall: compared,
  initCpu: compared,
});
export type FirstFigures = z.infer<typeof firstFigures>;

interface First {
  wall: number;
  cpu: number;
  initWall: number;
  initCpu: number;
  work: Work;
}

/** What INIT left to do is done by then; between INIT and the event Lambda freezes an environment anyway. */
const AFTER_INIT_MS = 50;

/** An environment is made because a message waits for it. */
const NO_STEP_MS = 0;

const waitOf = (kind: Kind): number => (kind === 'web-messaging' ? REFUSAL_WAIT_MS : 0);

/** What its figures are of, where it is not the whole invocation. */
export const firstLabel = (kind: Kind): string =>
  waitOf(kind) === 0 ? kind : `${kind} (less the ${waitOf(kind)} ms for which both listen for a refusal)`;

/** INIT of a new environment with the whole processor, and its first event with its share of one. */
async function runFirst(
  stage: Stage,
  side: Side,
  kind: Kind,
  writer: Writer,
  share?: CpuShare,
): Promise<First> {
  const subject = startSide(stage, side);
  try {
    const init = await subject.load();
    await delay(AFTER_INIT_MS);
    await share?.take(subject.pid);
    const { ran, work } = await perform(stage, subject, writer.write(side, 1, ['on']));
    // What is held is told off, so that the next environment finds nothing shown.
    if (SPECS[kind].held) await subject.run(writer.write(side, 1, ['off']));
    const wall = (ran.walls[0] ?? NaN) - waitOf(kind);
    return { wall, cpu: ran.cpuMs, initWall: init.wallMs, initCpu: init.cpuMs, work };
  } finally {
    await subject.close();
  }
}

/**
 * Measures first invocations of one kind, each in a new environment.
 * @param share what the event, and not INIT, has of a processor
 * @throws Error when the two sides did not do the same
 */
export async function measureFirst(stage: Stage, kind: Kind, share?: CpuShare): Promise<FirstFigures> {
  const writer = await makeWriter(stage.far, kind, 1, NO_STEP_MS);
  // The first of all would find a table without this guest.
  await runFirst(stage, 'ours', kind, writer);
  const seen: Record<Side, First[]> = { ours: [], usual: [] };
  const contender = (side: Side) => async (): Promise<number> => {
    const first = await runFirst(stage, side, kind, writer, share);
    seen[side].push(first);
    const [ours, usual] = [seen.ours.at(-1), seen.usual.at(-1)];
    if (ours && usual && seen.ours.length === seen.usual.length)
      mustBeSame(`${kind}, first`, ours.work, usual.work);
    return first.wall;
  };
  await takeTurns({ ours: contender('ours'), usual: contender('usual') }, stage.bench);
  const of = (what: Exclude<keyof First, 'work'>) =>
    compare(
      seen.ours.map((first) => first[what]),
      seen.usual.map((first) => first[what]),
    );
  return { wall: of('wall'), cpu: of('cpu'), initWall: of('initWall'), initCpu: of('initCpu') };
}
