import { availableParallelism } from 'node:os';
import { parseFlags, wholeNumber } from '../usage.ts';

/** What one run of load is. */
export interface Flags {
  connections: number;
  /** How long it is measured, once all are open and typing. */
  seconds: number;
  /** From one message of a person to its next draft, on average. */
  restSeconds: number;
  seed: number;
  /** Of each function of the local run, at most. */
  environments: number;
  /** Whether it fails when memory or open sockets grow. */
  soak: boolean;
  json: boolean;
  help: boolean;
}

const LOAD = { connections: 5_000, seconds: 60 } as const;
/** With the draft itself, which takes some ten seconds, that is a message every two minutes. */
const REST_SECONDS = 110;
/** Ten minutes at half the load. */
const SOAK = { connections: LOAD.connections / 2, seconds: 600 } as const;

/** More than the cores can run only leaves each of them slower: a thread compiles its code for itself. */
const ENVIRONMENTS = 2 * availableParallelism();

const MOST = {
  connections: 20_000,
  seconds: 3_600,
  rest: 3_600,
  environments: 100,
  seed: 2 ** 32 - 1,
} as const;

export const HELP = `Holds connections with people who type on a local run of its own, and tells what it relays, how fast, and at what cost.

  npm run load                       ${LOAD.connections} connections for ${LOAD.seconds} s, once all are open
  npm run load -- --soak             ${SOAK.connections} for ${SOAK.seconds} s; fails when memory or open sockets grow

  --connections N    1 to ${MOST.connections}; each takes some open files, see ulimit -n
  --seconds N        5 to ${MOST.seconds}
  --rest N           seconds from a message to the same person's next draft, on average, 1 to ${MOST.rest} (default ${REST_SECONDS})
  --environments N   of each function, 1 to ${MOST.environments} (default ${ENVIRONMENTS}): each has to warm up by itself
  --seed N           0 to ${MOST.seed} (default 1): the same people
  --json             print the figures as JSON, and nothing else, on standard output
  --help             this text

Exits with 1 when anything failed: a connection refused or lost, an error frame, a message that never came upstream.
Ctrl-C ends it.
`;

const options = {
  connections: { type: 'string' },
  seconds: { type: 'string' },
  rest: { type: 'string', default: String(REST_SECONDS) },
  environments: { type: 'string', default: String(ENVIRONMENTS) },
  seed: { type: 'string', default: '1' },
  soak: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @throws UsageError */
export function readFlags(args: string[]): Flags {
  const { connections, seconds, rest, environments, seed, soak, json, help } = parseFlags(args, options);
  const usual = soak ? SOAK : LOAD;
  return {
    connections: wholeNumber('connections', connections ?? String(usual.connections), 1, MOST.connections),
    seconds: wholeNumber('seconds', seconds ?? String(usual.seconds), 5, MOST.seconds),
    restSeconds: wholeNumber('rest', rest, 1, MOST.rest),
    environments: wholeNumber('environments', environments, 1, MOST.environments),
    seed: wholeNumber('seed', seed, 0, MOST.seed),
    soak,
    json,
    help,
  };
}
