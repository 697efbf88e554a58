import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { type Child, startChild } from './child.ts';
import { answers, type Ready, type Record } from './record.ts';

/** The far side, which runs in a process of its own. */
export interface FarEnd {
  ready: Ready;
  /**
   * The time of the frame that came last, by the clock of frames (epoch milliseconds): it goes on, whoever asks next,
   * since what the table holds must not lie in the future.
   */
  time: { at: number };
  /** What it was asked for since the last time. */
  records: () => Promise<Record[]>;
  /** What its table holds of sessions. */
  items: () => Promise<object[]>;
  close: () => Promise<void>;
}

const FAR_SIDE = fileURLToPath(new URL('far-side.ts', import.meta.url));

/**
 * How far the clock of frames is ahead at first: what counts from a frame's arrival must not run out on a busy machine,
 * and only what lies in the past is too old.
 */
const AHEAD_MS = 600_000;

/** Starts the far side, and waits until it is up. @throws Error with its words when it fails */
export async function startFarEnd(signal: AbortSignal): Promise<FarEnd> {
  const child: Child<z.infer<typeof answers>> = startChild(FAR_SIDE, {
    answers,
    signal,
    execArgv: ['--import', 'tsx'],
  });
  const first = await child.next();
  if (first.is !== 'ready') throw new Error(`the far side began with ${first.is}`);
  return {
    ready: first,
    // Whole seconds, so that what is kept in seconds is told apart by them as well.
    time: { at: Math.ceil(Date.now() / 1_000) * 1_000 + AHEAD_MS },
    async records() {
      const answer = await child.ask({ want: 'records' });
      return answer.is === 'records' ? answer.records : [];
    },
    async items() {
      const answer = await child.ask({ want: 'items' });
      return answer.is === 'items' ? answer.items : [];
    },
    close: child.close,
  };
}
