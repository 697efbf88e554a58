import type { Outcome } from '../scenarios/play.ts';
import type { KnownDifference } from './known-differences.ts';

/** How a scenario's outcome stands to what is known of the other emulator. */
export type Verdict =
  | { readonly kind: 'same' | 'not played' }
  /** As known. */
  | { readonly kind: 'known'; readonly difference: string; readonly why: string }
  /** Nobody knew. */
  | { readonly kind: 'new'; readonly difference: string }
  /** It differs in another way than is known, or no longer. */
  | { readonly kind: 'changed'; readonly difference: string; readonly known: string };

export function judge(outcome: Outcome, known: KnownDifference | undefined): Verdict {
  if (outcome.result === 'skipped') return { kind: 'not played' };
  if (outcome.result === 'as expected') {
    if (known === undefined) return { kind: 'same' };
    return { kind: 'changed', difference: 'it does as AWS does', known: known.instead };
  }
  const { difference } = outcome;
  if (known === undefined) return { kind: 'new', difference };
  if (difference.includes(known.instead)) return { kind: 'known', difference, why: known.why };
  return { kind: 'changed', difference, known: known.instead };
}

/** Whether the list of known differences is still right about it. */
export const isAsKnown = ({ kind }: Verdict): boolean =>
  kind === 'same' || kind === 'known' || kind === 'not played';
