/**
 * Gaps between two frames of a session, by the environment's clock: one for each way in which
 * functions/ports/kept-sockets.ts uses a socket. It takes the frame; a ping goes along; the call waits for the answer.
 */
export const GAPS = ['none', 'short', 'long'] as const;
export type Gap = (typeof GAPS)[number];

/** Besides the time that goes by in truth, which is little more than a round trip. */
export const GAP_MS: Readonly<Record<Gap, number>> = { none: 0, short: 2_000, long: 6_000 };

/** `2 s` */
export const secondsOf = (ms: number): string => `${ms / 1_000} s`;
