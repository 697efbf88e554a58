import type { Draft } from './guest.ts';
import type { History } from './history.ts';
import { type PerConversation, ratio } from './paired.ts';

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
  /** Crashes after which the bubble was shown for longer than {@link CRASH_GOAL_MS}; of those, with an "off" lost. */
  late: { crashes: number; withLostOff: number };
  each: PerConversation;
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
    late: { crashes: 0, withLostOff: 0 },
    each: { totalMs: [], wrongMs: [], typingMs: [], flickers: [], calls: [] },
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

const wrongMs = ({ falseOffMs, falseOnMs }: Tally): number =>
  falseOffMs + falseOnMs.sent + falseOnMs.abandoned + falseOnMs.crashed;

/** Adds what one conversation showed. */
export function addTo(tally: Tally, history: History): void {
  const { drafts, end, shown, calls, frames } = history;
  const before = { wrong: wrongMs(tally), typing: tally.typingMs, flickers: tally.flickers };
  tally.totalMs += end;
  tally.calls += calls.length;
  tally.frames += frames.length;
  tally.callsIn5s = Math.max(tally.callsIn5s, mostWithin(calls, WINDOW_MS));
  let from = 0;
  drafts.forEach((draft, index) => {
    const until = drafts[index + 1]?.keys[0] ?? end;
    while ((shown[from]?.to ?? Infinity) <= (draft.keys[0] ?? 0)) from++;
    addDraft(tally, draft, until, shown, from);
    if (draft.how === 'crashed') addCrash(tally, draft, history);
  });
  tally.each.totalMs.push(end);
  tally.each.calls.push(calls.length);
  tally.each.wrongMs.push(wrongMs(tally) - before.wrong);
  tally.each.typingMs.push(tally.typingMs - before.typing);
  tally.each.flickers.push(tally.flickers - before.flickers);
}

function addCrash({ stuck, late }: Tally, { end }: Draft, { lostOffs = [] }: History): void {
  if ((stuck.crashed.at(-1) ?? 0) <= CRASH_GOAL_MS) return;
  late.crashes++;
  if (lostOffs.some((at) => at >= end)) late.withLostOff++;
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

function errorOfMean(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1) / values.length);
}

/** What is told of a cell: shares, seconds, and counts or seconds per typing minute. NaN where nothing was to be seen. */
export interface Measures {
  accuracy: number;
  /** Standard errors, from one conversation to another. */
  accuracyError: number;
  flickers: number;
  flickersError: number;
  calls: number;
  callsError: number;
  callsIn5s: number;
  falseOnSent: number;
  falseOnAbandoned: number;
  falseOnCrashed: number;
  falseOff: number;
  stuckSent: number;
  stuckSentP95: number;
  stuckAbandoned: number;
  stuckAbandonedError: number;
  stuckAbandonedP95: number;
  stuckCrashed: number;
  stuckCrashedP95: number;
  stuckCrashedMax: number;
  /** The share of crashes after which the bubble was shown for longer than {@link CRASH_GOAL_MS}. */
  lateCrashed: number;
  /** Of the drafts whose bubble was shown. */
  onsetMean: number;
  onsetMeanError: number;
  onsetP95: number;
  missed: number;
}

export function measure(tally: Tally): Measures {
  const perMinute = (value: number): number => value / (tally.typingMs / 60_000);
  const inOrder = (values: readonly number[]): number[] => values.toSorted((one, other) => one - other);
  const sent = inOrder(tally.stuck.sent);
  const abandoned = inOrder(tally.stuck.abandoned);
  const crashed = inOrder(tally.stuck.crashed);
  return {
    accuracy: 1 - wrongMs(tally) / tally.totalMs,
    accuracyError: ratio(tally.each.wrongMs, tally.each.totalMs).error,
    flickers: perMinute(tally.flickers),
    flickersError: ratio(tally.each.flickers, tally.each.typingMs).error * 60_000,
    calls: perMinute(tally.calls),
    callsError: ratio(tally.each.calls, tally.each.typingMs).error * 60_000,
    callsIn5s: tally.callsIn5s,
    falseOnSent: perMinute(tally.falseOnMs.sent / 1_000),
    falseOnAbandoned: perMinute(tally.falseOnMs.abandoned / 1_000),
    falseOnCrashed: perMinute(tally.falseOnMs.crashed / 1_000),
    falseOff: perMinute(tally.falseOffMs / 1_000),
    stuckSent: mean(sent) / 1_000,
    stuckSentP95: quantile(sent, 0.95) / 1_000,
    stuckAbandoned: mean(abandoned) / 1_000,
    stuckAbandonedError: errorOfMean(abandoned) / 1_000,
    stuckAbandonedP95: quantile(abandoned, 0.95) / 1_000,
    stuckCrashed: mean(crashed) / 1_000,
    stuckCrashedP95: quantile(crashed, 0.95) / 1_000,
    stuckCrashedMax: quantile(crashed, 1) / 1_000,
    lateCrashed: tally.late.crashes / crashed.length,
    onsetMean: mean(tally.onsets) / 1_000,
    onsetMeanError: errorOfMean(tally.onsets) / 1_000,
    onsetP95: quantile(inOrder(tally.onsets), 0.95) / 1_000,
    missed: tally.missed / tally.drafts,
  };
}
