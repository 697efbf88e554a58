import type { Bench } from '../measure/part.ts';
import type { FarEnd } from './far-end.ts';
import type { Side } from './sealing.ts';
import { startSubject, type Subject } from './subject.ts';

/** What the measurements share. */
export interface Stage {
  bench: Bench;
  far: FarEnd;
  /** Each side's bundle. */
  files: Readonly<Record<Side, string>>;
}

/** Starts an environment of a side, as Lambda would. */
export const startSide = (
  { bench, far, files }: Stage,
  side: Side,
  more: Record<string, string> = {},
): Subject => startSubject(bench, files[side], { ...far.ready.environment, ...more });

/** Runs `use` with an environment of a side whose INIT is over, and ends it. */
export async function withSide<T>(
  stage: Stage,
  side: Side,
  use: (subject: Subject) => Promise<T>,
): Promise<T> {
  const subject = startSide(stage, side);
  try {
    await subject.load();
    return await use(subject);
  } finally {
    await subject.close();
  }
}

/** As {@link withSide}, with one of each side. */
export const withBoth = <T>(stage: Stage, use: (subjects: Record<Side, Subject>) => Promise<T>): Promise<T> =>
  withSide(stage, 'ours', (ours) => withSide(stage, 'usual', (usual) => use({ ours, usual })));
