import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../scenarios/all.ts';
import { isAsKnown, judge } from './judge.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

const known = { instead: 'closed with 1005', why: 'It closes without a code.' };
const same = { result: 'as expected', ms: 1 } as const;
const differs = (difference: string) => ({ result: 'differs', ms: 1, difference }) as const;

describe('a known difference', () => {
  it('is of a scenario that there is', () => {
    const names = new Set(SCENARIOS.map(({ name }) => name));
    expect([...KNOWN_DIFFERENCES.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  it('that is still there is as known', () => {
    const verdict = judge(differs('closed with 1005, this suite expects 1000'), known);
    expect(verdict).toMatchObject({ kind: 'known', why: known.why });
    expect(isAsKnown(verdict)).toBe(true);
  });

  it('that is no longer there fails the lane, and so does one that has become another', () => {
    for (const outcome of [same, differs('closed with 1006, this suite expects 1000')]) {
      const verdict = judge(outcome, known);
      expect(verdict).toMatchObject({ kind: 'changed', known: known.instead });
      expect(isAsKnown(verdict)).toBe(false);
    }
  });
});

describe('a scenario without a known difference', () => {
  it('has to go as on AWS', () => {
    expect(judge(same, undefined)).toEqual({ kind: 'same' });
    expect(isAsKnown(judge(differs('anything'), undefined))).toBe(false);
  });

  it('that is not played is no difference', () => {
    expect(isAsKnown(judge({ result: 'skipped', reason: 'slow' }, undefined))).toBe(true);
  });
});
