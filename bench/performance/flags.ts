import { parseFlags, UsageError, wholeNumber } from '../usage.ts';

const ROUNDS = { least: 9, most: 99 } as const;

export interface Flags {
  help: boolean;
  /** Assertions only: nothing is judged by its time, and nothing is written. */
  quick: boolean;
  /** Writes the page from what was measured last, and measures nothing. */
  page: boolean;
  rounds: number;
  /** Names of the parts to run; nothing is written then. */
  only: readonly string[] | undefined;
  /** A file with the figures of a run in which parts failed: what it lacks is measured, and all is written. */
  complete: string | undefined;
}

/** @param parts name and title of each */
export const helpOf = (
  parts: readonly { name: string; title: string }[],
): string => `Measures the relay side by side with what people would use instead, on this machine, and says what it means.

  npm run bench                      all parts; writes bench/results.json and docs/performance.md with its pictures
  npm run bench -- --quick           every assertion, with few rounds and small loads: no time is judged, nothing written

  --only A,B    these parts alone; prints their goals and writes nothing
  --complete F  after a run in which parts failed, whose figures are in file F (the run says where): measures what is
                missing with as many rounds, for the same code on the same machine, and writes all
  --rounds N    of each comparison, ${ROUNDS.least} to ${ROUNDS.most} (default ${ROUNDS.least})
  --page        writes the page anew from bench/results.json, and measures nothing
  --help        this text

Parts:
${parts.map(({ name, title }) => `  ${name.padEnd(12)}  ${title}\n`).join('')}
The first run installs bench/peers from its own lock file, and Node.js 24, which Lambda runs, where npm has
it: on Linux. Elsewhere run this with Node.js 24. A quiet machine gives narrow spreads; Ctrl-C ends it.

Exit status: 0 when all was measured, also where a goal was missed; 1 when two sides did not do the same work, a part
failed, the page would be broken, or this machine lacks what is needed; 2 for wrong usage.
`;

const options = {
  help: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  only: { type: 'string' },
  complete: { type: 'string' },
} as const;

/** @param names of the parts there are @throws UsageError */
export function readFlags(args: string[], names: readonly string[]): Flags {
  const { help, quick, page, rounds, only, complete } = parseFlags(args, options);
  const isMore = quick || only !== undefined || rounds !== undefined;
  if (page && (isMore || complete !== undefined))
    throw new UsageError('--page measures nothing: it goes with no other flag');
  if (complete !== undefined && isMore)
    throw new UsageError('--complete measures what is missing, as the rest was: it goes with no other flag');
  if (quick && rounds !== undefined)
    throw new UsageError('--quick has rounds of its own: leave --rounds out');
  const wanted = only?.split(',');
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--only takes ${names.join(', ')}, and not ${JSON.stringify(unknown)}`);
  const count = wholeNumber('rounds', rounds ?? String(ROUNDS.least), ROUNDS.least, ROUNDS.most);
  return { help, quick, page, rounds: quick ? 1 : count, only: wanted, complete };
}
