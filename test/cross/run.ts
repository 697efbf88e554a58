import { once } from 'node:events';
import { inspect, parseArgs } from 'node:util';
import { LaneError } from '../../bench/lane.ts';
import { endsBySignal } from '../../bench/signals.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { startAws } from '../../local/aws/aws.ts';
import { type Closers, makeClosers } from '../../local/closers.ts';
import { LIFE_LIMITS } from '../../local/gateway/connections.ts';
import { SCENARIOS } from '../scenarios/all.ts';
import type { Target } from '../scenarios/parts.ts';
import { play } from '../scenarios/play.ts';
import { synthesiseProbe, synthesiseStack } from '../scenarios/probe/synth.ts';
import { install } from './install.ts';
import { isAsKnown, judge, type Verdict } from './judge.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { startOffline } from './offline.ts';

const HELP = `Plays the scenario suite against serverless-offline under osls, as a cross-check that is nobody's here.

  npm run test:cross

Runs the relay and the probe from their synthesised templates, and compares with test/cross/known-differences.ts.
The first run installs test/cross from its own lock file; after that nothing leaves this machine.

Exit status: 0 when every difference is a known one and each of these is still there, 1 when not, 2 when the lane
cannot be played.
`;

/** Here silence is a difference like any other, and short. */
const DEADLINE_MS = 8_000;

/** Nobody is there: the suite needs no Genesys org at the relay's far side. */
const NOWHERE = 'http://127.0.0.1:9';

async function startTarget(add: Closers['add'], signal: AbortSignal): Promise<Target> {
  const probe = add(await synthesiseProbe(signal));
  const { url, httpUrl } = add(await startOffline(probe, signal));
  const relay = add(await synthesiseStack('typing-relay', { genesysOrigin: NOWHERE }, signal));
  const aws = add(await startAws({ template: relay.template }));
  const relayed = add(await startOffline(relay, signal, { AWS_ENDPOINT_URL: aws.url }));
  const keys = ticketKeys.parse(JSON.parse(aws.secretValue('TicketKey')));
  return {
    relay: { url: relayed.url, keys },
    probe: { url, token: probe.token, httpUrl },
    limits: LIFE_LIMITS,
  };
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function readFlags() {
  try {
    return parseArgs({ options: { help: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new LaneError(`${error instanceof Error ? error.message : 'Wrong flags'}. See --help.`);
  }
}

function linesFor(name: string, verdict: Verdict): string {
  switch (verdict.kind) {
    case 'same':
      return `same     ${name}`;
    case 'not played':
      return `skip     ${name}`;
    case 'known':
      return `known    ${name}\n         ${verdict.difference}\n         ${verdict.why}`;
    case 'new':
      return `NEW      ${name}\n         ${verdict.difference}`;
    case 'changed':
      return `CHANGED  ${name}\n         ${verdict.difference}\n         known is: ${verdict.known}`;
  }
}

/** Plays the suite, a line or more for each scenario. */
async function playAll(target: Target, signal: AbortSignal): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scenario of SCENARIOS) {
    const outcome = await play(scenario, target, { deadlineMs: DEADLINE_MS, slow: false });
    signal.throwIfAborted();
    const verdict = judge(outcome, KNOWN_DIFFERENCES.get(scenario.name));
    verdicts.push(verdict);
    say(linesFor(scenario.name, verdict));
  }
  return verdicts;
}

/** @returns the exit status */
async function main(): Promise<number> {
  const { help } = readFlags();
  if (help) {
    say(HELP);
    return 0;
  }
  await install();
  const { add, closeAll } = makeClosers();
  const signal = endsBySignal();
  const ended = once(signal, 'abort').then(() => {
    signal.throwIfAborted();
    return [];
  });
  ended.catch(() => undefined);
  try {
    const target = await startTarget(add, signal);
    // A scenario under way is not waited for.
    const verdicts = await Promise.race([playAll(target, signal), ended]);
    const count = (kind: Verdict['kind']): number => verdicts.filter((one) => one.kind === kind).length;
    say(
      `\n${count('same')} same, ${count('known')} known differences, ${count('new')} new, ` +
        `${count('changed')} changed, ${count('not played')} not played.`,
    );
    return verdicts.every(isAsKnown) ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return Number(process.exitCode);
    throw error;
  } finally {
    await closeAll();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof LaneError ? error.message : inspect(error)}\n`);
  process.exitCode = 2;
}
