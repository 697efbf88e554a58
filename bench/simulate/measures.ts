import type { Draft } from './guest.ts';
import type { History } from './history.ts';

/** Sums over the conversations of one cell; milliseconds. */
export interface Tally {
  drafts: number;
  keys: number;
  frames: number;
  totalMs: number;
  typingMs: number;
  /** The bubble was not shown while the guest typed. */
  falseOffMs: number;
  /** It was shown after the guest sent, or left off. */
  falseOnMs: Record<Draft['how'], number>;
  flickers: number;
  missed: number;
  calls: number;
  callsIn5s: number;
  onsets: number[];
  /** How long the bubble was still shown after each draft. */
  stuck: Record<Draft['how'], number[]>;
}

export function makeTally(): Tally {
  return {
    drafts: 0,
    keys: 0,
    frames: 0,
    totalMs: 0,
    typingMs: 0,
    falseOffMs: 0,
    falseOnMs: { sent: 0, abandoned: 0, crashed: 0 },
    flickers: 0,
    missed: 0,
    calls: 0,
    callsIn5s: 0,
    onsets: [],
    stuck: { sent: [], abandoned: [], crashed: [] },
  };
}

/** A client that crashed is to be off upstream by then. */
export const CRASH_GOAL_MS = 11_000;

/** The window in which the most calls are counted. */
const WINDOW_MS = 5_000;

/** The most times that lie within any window. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  times.forEach((time, index) => {
    while (time - (times[first] ?? time) >= windowMs) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

/** Adds what one conversation showed. */
export function addTo(tally: Tally, { drafts, end, shown, calls, frames }: History): void {
  tally.totalMs += end;
  tally.calls += calls.length;
  tally.frames += frames.length;
  tally.callsIn5s = Math.max(tally.callsIn5s, mostWithin(calls, WINDOW_MS));
  let from = 0;
  drafts.forEach((draft, index) => {
    const until = drafts[index + 1]?.keys[0] ?? end;
    while ((shown[from]?.to ?? Infinity) <= (draft.keys[0] ?? 0)) from++;
    addDraft(tally, draft, until, shown, from);
  });
}

/** @param until the next draft begins @param from the first spell that ends after this draft's beginning */
function addDraft(tally: Tally, draft: Draft, until: number, shown: History['shown'], from: number): void {
  const [first = 0] = draft.keys;
  const { end, how } = draft;
  let right = 0;
  let spells = 0;
  let after = 0;
  for (let index = from; index < shown.length; index++) {
    const spell = shown[index];
    if (!spell || spell.from >= until) break;
    const during = Math.min(spell.to, end) - Math.max(spell.from, first);
    if (during > 0 && spells === 0) tally.onsets.push(Math.max(spell.from, first) - first);
    if (during > 0) {
      right += during;
      spells++;
    }
    after += Math.max(0, Math.min(spell.to, until) - Math.max(spell.from, end));
  }
  tally.drafts++;
  tally.keys += draft.keys.length;
  tally.typingMs += end - first;
  tally.falseOffMs += end - first - right;
  tally.falseOnMs[how] += after;
  // Off and on again within one draft.
  tally.flickers += Math.max(0, spells - 1);
  if (spells === 0) tally.missed++;
  tally.stuck[how].push(after);
}

/** The value that this share of the values does not exceed; NaN of none. `sorted` in order. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is told of a cell: shares, seconds, and counts or seconds per typing minute. NaN where nothing was to be seen. */
export interface Measures {
  accuracy: number;
  flickers: number;
  /** Standard error of the flickers, as of a count. */
  flickersError: number;
  calls: number;
  callsIn5s: number;
  falseOnSent: number;
  falseOnAbandoned: number;
  falseOff: number;
  stuckSent: number;
  stuckSentP95: number;
  stuckAbandoned: number;
  stuckAbandonedP95: number;
  stuckCrashed: number;
  stuckCrashedP95: number;
  stuckCrashedMax: number;
  /** The share of crashes after which the bubble was shown for longer than {@link CRASH_GOAL_MS}. */
  lateCrashed: number;
  onsetMean: number;
  onsetP95: number;
  missed: number;
}

export function measure(tally: Tally): Measures {
  const perMinute = (value: number): number => value / (tally.typingMs / 60_000);
  const inOrder = (values: readonly number[]): number[] => values.toSorted((one, other) => one - other);
  const wrong = tally.falseOffMs + tally.falseOnMs.sent + tally.falseOnMs.abandoned + tally.falseOnMs.crashed;
  const sent = inOrder(tally.stuck.sent);
  const abandoned = inOrder(tally.stuck.abandoned);
  const crashed = inOrder(tally.stuck.crashed);
  return {
    accuracy: 1 - wrong / tally.totalMs,
    flickers: perMinute(tally.flickers),
    flickersError: perMinute(Math.sqrt(tally.flickers)),
    calls: perMinute(tally.calls),
    callsIn5s: tally.callsIn5s,
    falseOnSent: perMinute(tally.falseOnMs.sent / 1_000),
    falseOnAbandoned: perMinute(tally.falseOnMs.abandoned / 1_000),
    falseOff: perMinute(tally.falseOffMs / 1_000),
    stuckSent: mean(sent) / 1_000,
    stuckSentP95: quantile(sent, 0.95) / 1_000,
    stuckAbandoned: mean(abandoned) / 1_000,
    stuckAbandonedP95: quantile(abandoned, 0.95) / 1_000,
    stuckCrashed: mean(crashed) / 1_000,
    stuckCrashedP95: quantile(crashed, 0.95) / 1_000,
    stuckCrashedMax: quantile(crashed, 1) / 1_000,
    lateCrashed: crashed.filter((ms) => ms > CRASH_GOAL_MS).length / crashed.length,
    onsetMean: mean(tally.onsets) / 1_000,
    onsetP95: quantile(inOrder(tally.onsets), 0.95) / 1_000,
    missed: tally.missed / tally.drafts,
  };
}
