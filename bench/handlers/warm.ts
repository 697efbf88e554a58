import { ratioOf, figure, figureOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import * as z from 'zod';
import { type Stage, withBoth } from './contenders.ts';
import { makeWriter, type Script, type Writer } from './events.ts';
import { type Kind, type Say, SPECS } from './kinds.ts';
import { mustBeSame, mustHaveForwarded, type Work, workOf } from './same-work.ts';
import { type Side, SIDES } from './sealing.ts';
import type { Ran, Subject } from './subject.ts';

/** Processor time of a warm message, in milliseconds, and ours over the usual one's. */
export const compared = z.object({ ours: figure, usual: figure, ratio: figure });
export type Compared = z.infer<typeof compared>;

/** By what a frame says; the mean of a turn where typing is held and so is told off as well. */
export const warmFigures = z.object({ on: compared, off: compared.optional(), mean: compared });
export type WarmFigures = z.infer<typeof warmFigures>;

export const compare = (ours: readonly number[], usual: readonly number[]): Compared => ({
  ours: figureOf(ours),
  usual: figureOf(usual),
  ratio: ratioOf(ours, usual),
});

/** How much each round has. */
export interface WarmLoad {
  /** Whose messages take turns. */
  guests: number;
  /** Each turn is a frame of each guest, or two where typing is held. */
  turns: number;
  warmUpTurns: number;
}

interface Run {
  script: Script;
  ran: Ran;
  work: Work;
}

/** Runs a script in an environment of a side, and looks at what it did. */
export async function perform(
  { far }: Pick<Stage, 'far'>,
  subject: Subject,
  script: Script,
  pauseMs?: number,
): Promise<Run> {
  await far.records();
  const ran = await subject.run(script, pauseMs);
  const work = workOf(script, ran, await far.records(), await far.items());
  mustHaveForwarded(work, script.events.length, subject.said());
  return { script, ran, work };
}

interface Spent {
  cpuMs: number;
  messages: number;
  work: Work[];
}

/** Some turns of a side: "on"s and "off"s of all guests are measured apart. */
async function round(
  stage: Stage,
  subject: Subject,
  write: (says: Say[]) => Script,
  says: readonly Say[],
  turns: number,
) {
  const spent: Record<Say, Spent> = {
    on: { cpuMs: 0, messages: 0, work: [] },
    off: { cpuMs: 0, messages: 0, work: [] },
  };
  for (let turn = 0; turn < turns; turn++)
    for (const say of says) {
      const { ran, work } = await perform(stage, subject, write([say]));
      spent[say].cpuMs += ran.cpuMs;
      spent[say].messages += ran.answers.length;
      spent[say].work.push(work);
    }
  return spent;
}

const each = ({ cpuMs, messages }: Spent): number => cpuMs / messages;

/**
 * Measures messages of one kind in two warm environments, by turns.
 * @param stepMs what passes by the environments' clock between two frames of a guest
 * @throws Error when the two sides did not do the same
 */
export async function measureWarm(
  stage: Stage,
  kind: Kind,
  load: WarmLoad,
  stepMs?: number,
): Promise<WarmFigures> {
  const { bench, far } = stage;
  const says: readonly Say[] = SPECS[kind].held ? ['on', 'off'] : ['on'];
  const writer = await makeWriter(far, kind, load.guests, stepMs);
  return withBoth(stage, async (subjects) => {
    for (const side of SIDES) await warmUp(subjects[side], writer, side, load.warmUpTurns);
    const values: Record<Say | 'mean', Record<Side, number[]>> = {
      on: { ours: [], usual: [] },
      off: { ours: [], usual: [] },
      mean: { ours: [], usual: [] },
    };
    const last: Partial<Record<Side, Record<Say, Spent>>> = {};
    const contender = (side: Side) => async (): Promise<number> => {
      const write = (said: Say[]): Script => writer.write(side, 1, said);
      const spent = await round(stage, subjects[side], write, says, load.turns);
      last[side] = spent;
      for (const say of says) values[say][side].push(each(spent[say]));
      const mean = says.reduce((sum, say) => sum + each(spent[say]), 0) / says.length;
      values.mean[side].push(mean);
      if (last.ours && last.usual) compareWork(kind, last.ours, last.usual);
      return mean;
    };
    await takeTurns({ ours: contender('ours'), usual: contender('usual') }, bench);
    const of = (what: Say | 'mean'): Compared => compare(values[what].ours, values[what].usual);
    return { on: of('on'), mean: of('mean'), ...(says.includes('off') && { off: of('off') }) };
  });
}

async function warmUp(subject: Subject, writer: Writer, side: Side, turns: number): Promise<void> {
  await subject.run(writer.write(side, turns));
}

function compareWork(kind: Kind, ours: Record<Say, Spent>, usual: Record<Say, Spent>): void {
  for (const say of ['on', 'off'] as const)
    ours[say].work.forEach((work, turn) => {
      const other = usual[say].work[turn];
      if (!other) throw new Error(`${kind}: one side had fewer turns`);
      mustBeSame(`${kind}, ${say}`, work, other);
    });
}
