import { replaceTimers } from './clock.ts';
import { generated, type Keystrokes, makeConversation } from './guest.ts';
import type { History } from './history.ts';
import { addTo, makeTally, type Measures, measure, quantile, type Tally } from './measures.ts';
import { type Ours, runOurs } from './ours.ts';
import type { PerConversation } from './paired.ts';
import { runPeer } from './peer.ts';
import type { Policy } from './policies.ts';
import { makeRandom } from './random.ts';
import { replayed } from './trace.ts';
import type { Weather } from './weather.ts';

/** One job: one way to show typing, under one weather. Plain data: it goes to a worker. */
export interface Cell {
  id: string;
  subject: { kind: 'peer'; policy: Policy } | { kind: 'ours'; ours: Ours };
  weather: Weather;
  /** At least so many drafts; whole conversations. */
  drafts: number;
  seed: number;
}

export interface CellResult {
  id: string;
  measures: Measures;
  counts: Pick<Tally, 'drafts' | 'keys' | 'frames' | 'calls'> & {
    crashes: number;
    lateCrashes: number;
    lateWithLostOff: number;
  };
  typingMs: number;
  /** Onsets at 0, 1, … 100 % of the drafts that were shown, in seconds; empty where there were none. */
  onsets: number[];
  /** For comparisons with another cell of the same conversations. */
  each: PerConversation;
}

/** Replays one conversation of a cell. Needs `replaceTimers` where it is one of ours. */
export async function replay(cell: Cell, index: number, source: Keystrokes): Promise<History> {
  const { subject, weather, seed } = cell;
  const conversation = makeConversation(source, index, seed, weather);
  const random = makeRandom(seed, index, 3);
  return subject.kind === 'peer'
    ? runPeer(subject.policy, conversation, weather, random)
    : runOurs(subject.ours, conversation, weather, random);
}

const percentiles = (values: readonly number[]): number[] => {
  const sorted = values.toSorted((one, other) => one - other);
  if (sorted.length === 0) return [];
  return Array.from({ length: 101 }, (_, percent) => quantile(sorted, percent / 100) / 1_000);
};

const PROGRESS_EVERY = 500;

/** @param progress called now and then with how many drafts were replayed since the last call */
export async function runCell(
  cell: Cell,
  source: Keystrokes = generated,
  progress: (drafts: number) => void = () => undefined,
): Promise<CellResult> {
  const tally = makeTally();
  const putBack = replaceTimers();
  try {
    let told = 0;
    for (let index = 0; tally.drafts < cell.drafts; index++) {
      addTo(tally, await replay(cell, index, source));
      // The last conversation may have more drafts than were asked for.
      const done = Math.min(tally.drafts, cell.drafts);
      if (done - told < PROGRESS_EVERY && done < cell.drafts) continue;
      progress(done - told);
      told = done;
    }
  } finally {
    putBack();
  }
  const { drafts, keys, frames, calls, onsets, stuck, late, each } = tally;
  return {
    id: cell.id,
    measures: measure(tally),
    typingMs: tally.typingMs,
    counts: {
      drafts,
      keys,
      frames,
      calls,
      crashes: stuck.crashed.length,
      lateCrashes: late.crashes,
      lateWithLostOff: late.withLostOff,
    },
    onsets: percentiles(onsets),
    each,
  };
}

/** Where keystrokes come from: a trace's sessions, or the generator. */
export const sourceOf = (sessions: readonly number[][] | undefined): Keystrokes =>
  sessions ? replayed(sessions) : generated;
