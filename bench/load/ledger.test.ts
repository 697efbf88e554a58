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
    expect(ledger.latencies(0)).toEqual([5, 10, 30]);
    expect(ledger.owed()).toBe(0);
  });

  it('expects no refresh upstream, and counts it among the frames', () => {
    const ledger = makeLedger();
    for (const at of [0, 5_000, 10_000]) ledger.sent(A, true, at);
    expect(ledger.owed()).toBe(1);
    expect(ledger.frames(0)).toBe(3);
  });

  it('expects no off where nothing is shown', () => {
    const ledger = makeLedger();
    ledger.sent(A, false, 0);
    expect(ledger.owed()).toBe(0);
  });

  it('owes what has not come, and tells what came once more', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 0);
    ledger.sent(A, false, 1);
    ledger.arrived(A, false, 2);
    ledger.arrived(A, false, 3);
    expect(ledger.owed()).toBe(1);
    expect(ledger.repeated()).toBe(1);
  });

  it('leaves out what was sent before the measuring', () => {
    const ledger = makeLedger();
    ledger.sent(A, true, 10);
    ledger.arrived(A, true, 25);
    ledger.sent(A, false, 20);
    ledger.arrived(A, false, 26);
    expect(ledger.latencies(20)).toEqual([6]);
    expect(ledger.frames(20)).toBe(1);
  });
});
