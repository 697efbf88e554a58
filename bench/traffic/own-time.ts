import { HANDLER_MS } from '../scale/fleet.ts';
import { MEMORY_MB } from '../scale/usage.ts';

/** What a function of each side takes beside waiting for others, at its memory. */
export interface OwnTime {
  /** Milliseconds of Lambda time for each run. */
  ms: number;
  memoryMb: number;
  /** Where the milliseconds come from. */
  source: string;
}

export interface OwnTimes {
  ours: OwnTime;
  tutorial: OwnTime;
}

/**
 * Measured when the design was chosen: medians on two x86 cores with Node.js 24, Lambda's share of a processor emulated by
 * control groups. The part `handlers` measures the whole functions in the same way.
 */
export const OWN_TIMES: OwnTimes = {
  ours: {
    ms: HANDLER_MS,
    memoryMb: MEMORY_MB,
    source:
      'measured: a frame and a signed call to DynamoDB over node:https, 1.5 ms of CPU, at 256 MB 2 ms; [scale.md](scale.md) reckons with the same',
  },
  tutorial: {
    ms: 70,
    memoryMb: 128,
    source:
      'measured: a frame, GetItem and PostToConnection by SDK clients, 5.1 to 5.5 ms of CPU, at the CPU share of 128 MB 61 to 79 ms; UpdateItem and the call upstream are left out of it, to its favour',
  },
};
