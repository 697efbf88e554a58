/**
 * Gaps between two frames of a session, by the environment's clock: one for each way in which
 * functions/ports/kept-sockets.ts uses a socket. It takes the frame; a ping goes along, and the call waits for its answer.
 */
export const GAPS = ['none', 'idle'] as const;
export type Gap = (typeof GAPS)[number];

/** Besides the time that goes by in truth, which is little more than a round trip. */
export const GAP_MS: Readonly<Record<Gap, number>> = { none: 0, idle: 6_000 };

/** `2 s` */
export const secondsOf = (ms: number): string => `${ms / 1_000} s`;
