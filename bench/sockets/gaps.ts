/**
 * Uses of a kept socket, one for each way in which functions/ports/kept-sockets.ts goes about it. Frame after frame it
 * takes them; after a gap a ping goes along with an "on", and with an "off" one whose answer the call waits for.
 */
export const GAPS = ['none', 'on', 'off'] as const;
export type Gap = (typeof GAPS)[number];

/** By the environment's clock, besides the time that goes by in truth, which is little more than a round trip. */
export const GAP_MS: Readonly<Record<Gap, number>> = { none: 0, on: 6_000, off: 6_000 };

/** What its frames say. */
export const SAYS: Readonly<Record<Gap, boolean>> = { none: true, on: true, off: false };

/** `2 s` */
export const secondsOf = (ms: number): string => `${ms / 1_000} s`;
