/** What lies between the guest and the far side. All delays are milliseconds, one way and end to end. */
export interface Weather {
  name: string;
  /** The share of frames that have no effect. */
  loss: number;
  /** The mean of the exponential part of the delay; the fixed part is {@link DELAY_MS}. */
  jitterMs: number;
  fault?: 'disconnect' | 'crash' | 'vanish' | 'limit';
}

export const DELAY_MS = 100;
export const JITTER_MS = 80;

/** How long a disconnect lasts, and for how long an upstream refuses that once answered 429. */
export const FAULT_MS = 10_000;

const usual = { loss: 0.01, jitterMs: JITTER_MS } as const;

/** The weather of the reference figures and of the goals. */
export const REFERENCE: Weather = { name: '1 % loss', ...usual };

export const WEATHERS: readonly Weather[] = [
  REFERENCE,
  { name: 'no loss', ...usual, loss: 0 },
  { name: '5 % loss', ...usual, loss: 0.05 },
  { name: 'heavy jitter', ...usual, jitterMs: 600 },
  { name: 'disconnect', ...usual, fault: 'disconnect' },
  { name: 'crash, seen', ...usual, fault: 'crash' },
  { name: 'crash, half open', ...usual, fault: 'vanish' },
  { name: '429', ...usual, fault: 'limit' },
];
