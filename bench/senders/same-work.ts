import { KNOWN_SAID } from './known.ts';
import type { Outcome } from './outcome.ts';

/** What everybody in a contest must have in common, and with himself a round before. */
export interface SameWork {
  /** @throws Error that says what is not the same */
  add: (side: keyof typeof KNOWN_SAID, outcome: Outcome) => void;
}

/**
 * Holds each outcome against what the side's documentation says it does with the trace that everybody knows, against
 * the number of keys or messages of the others, and against what the same side said in the rounds before.
 */
export function makeSameWork(): SameWork {
  let steps: { side: string; count: number } | undefined;
  const saidBefore = new Map<string, number>();

  return {
    add(side, outcome) {
      const { known, took } = outcome;
      const expected = KNOWN_SAID[side];
      if (known !== expected) throw new Error(`${side} said "${known}", where "${expected}" is documented`);
      if (took.length > 0) throw new Error(`${side} took what is no message: events ${took.join(', ')}`);
      steps ??= { side, count: outcome.steps };
      if (steps.count !== outcome.steps)
        throw new Error(`${side} was given ${outcome.steps} keys or messages, ${steps.side} ${steps.count}`);
      const before = saidBefore.get(side) ?? outcome.said;
      if (before !== outcome.said)
        throw new Error(`${side} said ${outcome.said} times what it said ${before} times before`);
      if (side !== 'nobody' && outcome.said === 0) throw new Error(`${side} said nothing`);
      saidBefore.set(side, before);
    },
  };
}
