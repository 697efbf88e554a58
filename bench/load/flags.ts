import { parseFlags, wholeNumber } from '../usage.ts';

/** What one run of load is. */
export interface Flags {
  connections: number;
  /** How long it is measured, once all are open and typing. */
  seconds: number;
  seed: number;
  /** Whether it fails when memory or open sockets grow. */
  soak: boolean;
  json: boolean;
  help: boolean;
}

const LOAD = { connections: 5_000, seconds: 60 } as const;
/** Ten minutes at half the load. */
const SOAK = { connections: LOAD.connections / 2, seconds: 600 } as const;

const MOST = { connections: 20_000, seconds: 3_600, seed: 2 ** 32 - 1 } as const;

export const HELP = `Holds connections with people who type on a local run of its own, and tells what it relays, how fast, and at what cost.

  npm run load                       ${LOAD.connections} connections for ${LOAD.seconds} s, once all are open
  npm run load -- --soak             ${SOAK.connections} for ${SOAK.seconds} s; fails when memory or open sockets grow

  --connections N    1 to ${MOST.connections}; each takes some open files, see ulimit -n
  --seconds N        5 to ${MOST.seconds}
  --seed N           0 to ${MOST.seed} (default 1): the same people
  --json             print the figures as JSON, and nothing else, on standard output
  --help             this text

Exits with 1 when anything failed: a connection refused or lost, an error frame, a message that never came upstream.
Ctrl-C ends it.
`;

const options = {
  connections: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string', default: '1' },
  soak: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @throws UsageError */
export function readFlags(args: string[]): Flags {
  const { connections, seconds, seed, soak, json, help } = parseFlags(args, options);
  const usual = soak ? SOAK : LOAD;
  return {
    connections: wholeNumber('connections', connections ?? String(usual.connections), 1, MOST.connections),
    seconds: wholeNumber('seconds', seconds ?? String(usual.seconds), 5, MOST.seconds),
    seed: wholeNumber('seed', seed, 0, MOST.seed),
    soak,
    json,
    help,
  };
}
