/** Estimates from conversations, which are independent of each other; what happens within one is not. */

/** What one conversation adds to a cell's sums: milliseconds, and how many flickers and calls. */
export interface PerConversation {
  totalMs: number[];
  wrongMs: number[];
  typingMs: number[];
  flickers: number[];
  calls: number[];
}

export interface Estimate {
  value: number;
  /** Standard error. */
  error: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * A ratio of two sums over conversations, with the error of the ratio estimator (Cochran, Sampling Techniques, ch. 6).
 * @param over as many as `values`
 */
export function ratio(values: readonly number[], over: readonly number[]): Estimate {
  const all = sum(over);
  const value = sum(values) / all;
  const squares = sum(values.map((one, index) => (one - value * (over[index] ?? 0)) ** 2));
  const { length } = values;
  return { value, error: length > 1 ? Math.sqrt((squares * length) / (length - 1)) / all : NaN };
}

/** Two ways are told apart when they differ by more than so many standard errors: 1 of 20 does so by chance. */
const TOLD_APART = 2;

export const isToldApart = ({ value, error }: Estimate): boolean => Math.abs(value) > TOLD_APART * error;

const MS_PER_MINUTE = 60_000;

/** How much more accurate the first is than the second in the same conversations. */
export const accuracyGain = (one: PerConversation, other: PerConversation): Estimate =>
  ratio(
    other.wrongMs.map((wrong, index) => wrong - (one.wrongMs[index] ?? NaN)),
    one.totalMs,
  );

/** How many more per typing minute the first has than the second in the same conversations. */
const more =
  (what: 'flickers' | 'calls') =>
  (one: PerConversation, other: PerConversation): Estimate => {
    const { value, error } = ratio(
      one[what].map((count, index) => count - (other[what][index] ?? NaN)),
      one.typingMs,
    );
    return { value: value * MS_PER_MINUTE, error: error * MS_PER_MINUTE };
  };
export const flickersMore = more('flickers');
export const callsMore = more('calls');
