import { describe, expect, test } from 'vitest';

import type { Handled } from '../../functions/relay/handled.ts';
import { decisionText, savesCall } from './app/decisions.ts';

/** All that there are: the compiler says when one is missing. */
const OUTCOMES = Object.keys({
  admitted: true,
  answered: true,
  bad_json: true,
  bad_signature: true,
  coalesced: true,
  connected: true,
  ended: true,
  forwarded: true,
  ignored: true,
  later: true,
  nobody: true,
  other_event: true,
  outdated: true,
  over: true,
  pushed: true,
  refused: true,
  stale: true,
  too_large: true,
} satisfies Record<Handled['outcome'], true>);

describe('a decision', () => {
  test.each(OUTCOMES)('%s has a sentence for the reader', (outcome) => {
    expect(decisionText({ event: 'typing-on', outcome })).toMatch(/^[A-Z].*\.$/);
  });

  test('says whether Genesys was not called', () => {
    expect(OUTCOMES.filter(savesCall)).toEqual(['coalesced', 'ignored', 'stale']);
  });
});
