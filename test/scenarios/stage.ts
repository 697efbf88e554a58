import { inspect } from 'node:util';
import { parseFlags, UsageError } from '../../bench/usage.ts';
import { SCENARIOS } from './all.ts';
import { type Outcome, play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { openTarget } from './stage-target.ts';

const HELP = `Plays the scenario suite against a deployed stage, and says where it differs from what the suite expects.

  npm run test:stage -- --url wss://… --secret NAME
  npm run test:stage -- --probe wss://… --probe-token TOKEN --probe-http https://…

the relay
  --url URL           its stage: the stack's output WebSocketUrl
  --secret NAME       the secret of its ticket key: the output TicketKeySecretName, an ARN (both with AWS credentials
                      as for the AWS CLI), or a file such as the one that npm start writes

the probe, a stack for this suite alone, which shows what the relay never does
  --probe URL         its stage: the output ProbeUrl
  --probe-token T     what it was deployed with as probeToken
  --probe-http URL    its HTTP API: the output ProbeHttpUrl

  --only TEXT         play the scenarios whose name has this text; may be given more than once
  --slow              play those that wait for 10 minutes and for 2 hours, too
  --json              print one JSON document at the end; each scenario's line goes to standard error
  --help              this text

Exit status: 0 when all went as expected, 1 when something differs, 2 when nothing was played, or the flags, the key or
the network are wrong.
`;

const options = {
  url: { type: 'string' },
  secret: { type: 'string' },
  probe: { type: 'string' },
  'probe-token': { type: 'string' },
  'probe-http': { type: 'string' },
  only: { type: 'string', multiple: true },
  slow: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** A stage is a network away, and a function of it may be cold. */
const DEADLINE_MS = 30_000;

function chosen(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return SCENARIOS;
  const texts = only.map((text) => text.toLowerCase());
  const found = SCENARIOS.filter(({ name }) => texts.some((text) => name.toLowerCase().includes(text)));
  if (found.length === 0)
    throw new UsageError(`No scenario has ${only.join(' or ')} in its name. Without --only all are played.`);
  return found;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(9);

function lineFor({ name, row }: Scenario, outcome: Outcome): string {
  switch (outcome.result) {
    case 'as expected':
      return `ok    ${seconds(outcome.ms)}  ${name}`;
    case 'differs':
      return `DIFF  ${seconds(outcome.ms)}  ${name}\n${' '.repeat(17)}${outcome.difference} (row: ${row})`;
    case 'skipped':
      return `skip  ${' '.repeat(9)}  ${name} (${outcome.reason})`;
  }
}

interface Played {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

const count = (played: readonly Played[], result: Outcome['result']): number =>
  played.filter(({ outcome }) => outcome.result === result).length;

/** @returns the exit status */
async function main(args: string[]): Promise<number> {
  const { help, only, slow, json, ...flags } = parseFlags(args, options);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const scenarios = chosen(only);
  const target = await openTarget(flags);
  const said = json ? process.stderr : process.stdout;
  const played: Played[] = [];
  for (const scenario of scenarios) {
    if (said.isTTY) said.write(`…     ${' '.repeat(9)}  ${scenario.name}`);
    const outcome = await play(scenario, target, { deadlineMs: DEADLINE_MS, slow });
    played.push({ scenario, outcome });
    // Over the line that said what was under way.
    said.write(`${said.isTTY ? '\r\u001B[K' : ''}${lineFor(scenario, outcome)}\n`);
  }
  const counts = {
    asExpected: count(played, 'as expected'),
    differ: count(played, 'differs'),
    skipped: count(played, 'skipped'),
  };
  said.write(`\n${counts.asExpected} as expected, ${counts.differ} differ, ${counts.skipped} skipped.\n`);
  if (json) {
    const list = played.map(({ scenario: { app, row, name }, outcome }) => ({ app, row, name, ...outcome }));
    process.stdout.write(`${JSON.stringify({ ...counts, scenarios: list })}\n`);
  }
  // Nothing played is nothing shown: a script must not take it for a success.
  if (counts.skipped === played.length) {
    process.stderr.write('Nothing was played: see what was skipped, and --help for what it takes.\n');
    return 2;
  }
  return counts.differ === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? error.message : inspect(error)}\n`);
  process.exitCode = 2;
}
