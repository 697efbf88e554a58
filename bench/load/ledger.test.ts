import { describe, expect, it } from 'vitest';
import { makeLedger } from './ledger.ts';

const A = 'conversation a';
const B = 'conversation b';

describe('the ledger', () => {
  it('takes the time from client frame to upstream frame, conversation by conversation', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 100);
    ledger.sent(B, true, 200);
    ledger.arrived(B, true, 210);
    ledger.sent(A, false, 300);
    ledger.arrived(A, true, 105);
    ledger.arrived(A, false, 330);
    const { relayed, owed } = ledger.close();
    expect(relayed).toEqual([
      { at: 100, ms: 5 },
      { at: 300, ms: 30 },
      { at: 200, ms: 10 },
    ]);
    expect(owed).toBe(0);
  });

  it('expects no refresh upstream, and counts it among the frames', () => {
    const ledger = makeLedger();
    for (const at of [0, 5_000, 10_000]) ledger.sent(A, true, at);
    expect(ledger.close()).toMatchObject({ owed: 1, frames: [0, 5_000, 10_000] });
  });

  it('expects no off where nothing is shown', () => {
    const ledger = makeLedger();
    ledger.sent(A, false, 0);
    expect(ledger.close().owed).toBe(0);
  });

  it('owes what has not come, and tells what came once more', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.sent(A, false, 1);
    ledger.arrived(A, false, 2);
    ledger.arrived(A, false, 3);
    expect(ledger.close()).toMatchObject({ owed: 1, repeated: 1, silences: 0 });
  });

  it('takes the relay at its word where that ends a silence', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.arrived(A, true, 1);
    ledger.sent(A, false, 10_500);
    ledger.arrived(A, false, 10_001);
    expect(ledger.close()).toMatchObject({ owed: 0, silences: 1, repeated: 0 });
    ledger.sent(A, true, 12_000);
    expect(ledger.close().owed).toBe(1);
  });

  it('tells a bubble that ended before its time from one that ended on silence', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.arrived(A, true, 1);
    ledger.arrived(A, false, 9_999);
    expect(ledger.close()).toMatchObject({ endedEarly: 1, silences: 0 });
  });

  it('doubts two frames of one millisecond only, and none after them', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.sent(A, false, 0);
    ledger.sent(A, true, 5_000);
    ledger.sent(A, false, 6_000);
    expect(ledger.close().owed).toBe(2);
  });

  it('follows the relay where a sign of life meets the end of a silence', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.arrived(A, true, 1);
    ledger.sent(A, true, 10_005);
    ledger.arrived(A, false, 10_010);
    ledger.arrived(A, true, 10_020);
    ledger.sent(A, true, 15_005);
    ledger.sent(A, false, 16_000);
    ledger.arrived(A, false, 16_010);
    expect(ledger.close()).toMatchObject({ owed: 0, silences: 1, repeated: 0 });
  });

  it.each([
    ['the off first', [false, true]],
    ['the on first', [false]],
  ])('takes either order of two frames of one millisecond: %s', (_, came) => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.arrived(A, true, 1);
    ledger.sent(A, false, 6_000);
    ledger.sent(A, true, 6_000);
    came.forEach((isTyping, index) => {
      ledger.arrived(A, isTyping, 6_005 + index);
    });
    expect(ledger.close()).toMatchObject({ owed: 0, repeated: 0, silences: 0 });
  });
});
