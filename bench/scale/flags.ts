import { parseFlags, UsageError, wholeNumber } from '../usage.ts';
import { FULL, QUICK } from './run.ts';

const CHATS = { least: 1_000, most: 10_000_000 } as const;
const SAMPLE = { least: 10, most: 100_000 } as const;
const SEED_MAX = 2 ** 32 - 1;
const SEED = 1;

export const HELP = `Simulates chats in virtual time with the real client, relay and REST port, and says which limit binds at how many, and what it costs.

  npm run scale                      prints the tables, writes docs/scale.md and its pictures
  npm run scale -- --quick           a smaller run of seconds; prints the tables only

  --chats N     the largest number of chats at once, ${CHATS.least} to ${CHATS.most} (default ${FULL.chats})
  --sample N    chats of each upstream that are simulated one by one, ${SAMPLE.least} to ${SAMPLE.most} (default ${FULL.sample})
  --seed N      0 to ${SEED_MAX} (default ${SEED}): the same seed gives the same figures
  --out DIR     write scale.md and its pictures there, whatever the other flags
  --json        print the results as JSON, and nothing else; write no page unless --out says where
  --help        this text

With --quick, --json or another number, nothing is written unless --out says where. Ctrl-C ends it.
`;

export interface Flags {
  chats: number;
  sample: number;
  shared: readonly number[];
  seed: number;
  json: boolean;
  /** Where to write the page; undefined for nowhere. */
  out: string | undefined;
  help: boolean;
}

const options = {
  chats: { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string', default: String(SEED) },
  quick: { type: 'boolean', default: false },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @param docs where the page of the default run goes @throws UsageError */
export function readFlags(args: string[], docs: string): Flags {
  const values = parseFlags(args, options);
  if (values.out === '') throw new UsageError('--out is empty');
  const size = values.quick ? QUICK : FULL;
  const chats = wholeNumber('chats', values.chats ?? String(size.chats), CHATS.least, CHATS.most);
  const sample = wholeNumber('sample', values.sample ?? String(size.sample), SAMPLE.least, SAMPLE.most);
  const seed = wholeNumber('seed', values.seed, 0, SEED_MAX);
  const { json, help, quick } = values;
  const isDefault = !quick && !json && chats === FULL.chats && sample === FULL.sample && seed === SEED;
  return {
    chats,
    sample,
    shared: size.shared,
    seed,
    json,
    help,
    out: values.out ?? (isDefault ? docs : undefined),
  };
}
