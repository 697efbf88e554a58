import type { Budget } from '../functions/relay/delivery.ts';

/** The budget of an upstream that a test does not run short of. */
export const plenty = (): Budget => ({ level: 'plenty', resetsInMs: 0 });
