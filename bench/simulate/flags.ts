import { availableParallelism } from 'node:os';
import { parseFlags, UsageError, wholeNumber } from '../usage.ts';

export const DEFAULTS = { messages: 1_000_000, seed: 1 } as const;

const MESSAGES = { least: 1_000, most: 100_000_000 } as const;
const WORKERS_MAX = 256;
const SEED_MAX = 2 ** 32 - 1;

export const HELP = `Replays keystrokes in virtual time through the real client, relay and expiry, and through models of other systems.

  npm run simulate                   prints the tables, writes docs/typing-quality.md and its pictures
  npm run simulate -- --messages N   chat messages over all cells, ${MESSAGES.least} to ${MESSAGES.most} (default ${DEFAULTS.messages})

  --seed N        0 to ${SEED_MAX} (default ${DEFAULTS.seed}): the same seed gives the same figures
  --trace FILE    keystrokes from a CSV of user,session,press time in ms; a first line of names is passed over;
                  a pause above 30 s counts as 30
  --workers N     threads, 1 to ${WORKERS_MAX}, no more than there are cores (default: as many, here ${availableParallelism()});
                  no figure depends on it
  --out DIR       write typing-quality.md and its pictures there, whatever the other flags
  --json          print the results as JSON, and nothing else; write no page unless --out says where
  --help          this text

With --trace, --json or another --messages or --seed, nothing is written unless --out says where. Ctrl-C ends it.
`;

export interface Flags {
  messages: number;
  seed: number;
  trace: string | undefined;
  workers: number;
  json: boolean;
  /** Where to write the page; undefined for nowhere. */
  out: string | undefined;
  help: boolean;
}

const options = {
  messages: { type: 'string', default: String(DEFAULTS.messages) },
  seed: { type: 'string', default: String(DEFAULTS.seed) },
  trace: { type: 'string' },
  workers: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @param docs where the page of the default run goes @throws UsageError */
export function readFlags(args: string[], docs: string): Flags {
  const values = parseFlags(args, options);
  const messages = wholeNumber('messages', values.messages, MESSAGES.least, MESSAGES.most);
  const seed = wholeNumber('seed', values.seed, 0, SEED_MAX);
  const { trace, json, help } = values;
  const isDefault = messages === DEFAULTS.messages && seed === DEFAULTS.seed && trace === undefined && !json;
  for (const [flag, value] of Object.entries({ trace, out: values.out }))
    if (value === '') throw new UsageError(`--${flag} is empty`);
  return {
    messages,
    seed,
    trace,
    json,
    help,
    workers: wholeNumber(
      'workers',
      values.workers ?? String(Math.min(WORKERS_MAX, availableParallelism())),
      1,
      WORKERS_MAX,
    ),
    out: values.out ?? (isDefault ? docs : undefined),
  };
}
