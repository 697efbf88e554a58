import type { Part } from '../measure/part.ts';

/** The parts of the benchmark, in the order of the page. */
export const PARTS: readonly Part[] = [];
