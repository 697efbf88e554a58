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

/** To be replaced by what the part `handlers` measures. */
export const OWN_TIMES: OwnTimes = {
  ours: {
    ms: HANDLER_MS,
    memoryMb: MEMORY_MB,
    source:
      'A frame and a signed call to DynamoDB over node:https take 1.5 ms of CPU, and 2 ms at 256 MB, measured.',
  },
  tutorial: {
    ms: 70,
    memoryMb: 128,
    source:
      'A frame, GetItem and PostToConnection by SDK clients take 5.1 to 5.5 ms of CPU, which at the CPU share of 128 MB is 61 to 79 ms, measured. UpdateItem and the call upstream are left out of it, to its favour.',
  },
};
