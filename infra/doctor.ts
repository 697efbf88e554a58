import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { makeHttp, tryJson } from '../functions/ports/http.ts';
import { type Examination, makeExamination, type Report } from './doctor/examination.ts';
import { CHECK_LIMIT_MS, type DoctorPorts } from './doctor/ports.ts';
import { makeProgress, type Progress } from './doctor/progress.ts';
import { jsonOf } from './doctor/report.ts';
import { makeSecrets, type Secrets } from './doctor/secrets.ts';
import { tableOf } from './doctor/table.ts';
import { UsageError } from './doctor/target.ts';
import { HELP, readFlags, readWishes, type Wishes } from './doctor/wishes.ts';

/** `npm run doctor`: which upstream would work for an org, asked from this machine. */

/** Ended by Ctrl-C, as shells have it: 128 and the signal's number. */
const INTERRUPTED = 130;

/** A terminal and npm both send Ctrl-C's signal, so a second one soon after the first is no second wish. */
const INSISTS_AFTER_MS = 2_000;

/** Piped output has no width. */
const USUAL_WIDTH = 80;

function cdkDomain(): string | undefined {
  const schema = z.object({ context: z.object({ genesysDomain: z.string() }) });
  try {
    const file = fileURLToPath(new URL('../cdk.json', import.meta.url));
    return schema.safeParse(tryJson(readFileSync(file, 'utf8'))).data?.context.genesysDomain;
  } catch {
    return undefined;
  }
}

/** Aborts when somebody ends the run; whoever insists later gets it at once. */
function endOfRun(): AbortSignal {
  const ending = new AbortController();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      first ??= Date.now();
      if (Date.now() - first > INSISTS_AFTER_MS) process.exit(INTERRUPTED);
      ending.abort();
    });
  }
  return ending.signal;
}

function keepSecrets(wishes: Wishes, secrets: Secrets): void {
  const { client, userToken, guestToken, socketUrl } = wishes;
  for (const text of [client?.clientSecret, userToken, guestToken, socketUrl]) secrets.keep(text);
  if (socketUrl === undefined) return;
  const { searchParams, username, password } = new URL(socketUrl);
  for (const text of [...searchParams.values(), username, password]) secrets.keep(text);
}

/** Resolves with nothing as soon as the run is to end: what only looks may be left where it is. */
async function lookUntil(signal: AbortSignal, examination: Examination): Promise<Report | undefined> {
  const ended = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  return Promise.race([examination.look(), ended]);
}

/** A bubble that is held is ended before this resolves, also when the run is to end. */
async function sendAll(examination: Examination, signal: AbortSignal, progress: Progress): Promise<Report> {
  const hold = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
  return examination.send({ hold, signal, tell: progress.say });
}

interface Outcome {
  /** Undefined where the run was ended before anything was known. */
  report: Report | undefined;
  ended: boolean;
}

async function examine(wishes: Wishes, secrets: Secrets): Promise<Outcome> {
  const signal = endOfRun();
  const progress = makeProgress(process.stderr, secrets.hide);
  const ports: DoctorPorts = {
    http: makeHttp(),
    lookup: (host) => lookup(host),
    now: Date.now,
    limitMs: CHECK_LIMIT_MS,
    tell: progress.tell,
    keepSecret: secrets.keep,
  };
  const examination = makeExamination(wishes, ports);
  let report = await lookUntil(signal, examination);
  progress.end();
  if (report && wishes.send) report = await sendAll(examination, signal, progress);
  return { report, ended: signal.aborted };
}

function farewell(report: Report | undefined): string {
  const left = (report?.upstreams ?? []).filter(({ mayStillShow }) => mayStillShow);
  const words = left.map(({ kind }) => ` The bubble of ${kind} may still show: its off did not get through.`);
  return `Ended.${words.join('')}\n`;
}

/** Resolves once all of it is on its way: a pipe takes large texts in pieces. */
const print = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });

async function main(args: string[]): Promise<number> {
  const flags = readFlags(args);
  if (flags.help) {
    await print(HELP);
    return 0;
  }
  const wishes = await readWishes(flags, process.env, cdkDomain());
  const secrets = makeSecrets();
  keepSecrets(wishes, secrets);
  const { report, ended } = await examine(wishes, secrets);
  if (!report || ended) {
    process.stderr.write(farewell(report));
    return INTERRUPTED;
  }
  const { isTTY, columns } = process.stdout;
  const look = {
    width: isTTY ? columns : USUAL_WIDTH,
    // https://no-color.org: any value but an empty one.
    colours: isTTY && (process.env['NO_COLOR'] ?? '') === '',
  };
  const text = flags.json
    ? jsonOf(wishes.target, report, secrets.hide)
    : secrets.hide(tableOf(wishes.target, report, look));
  await print(`${text}\n`);
  return report.upstreams.some(({ answer }) => answer === 'works') ? 0 : 1;
}

// Whoever reads our output may leave before we do; that is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
try {
  const status = await main(process.argv.slice(2));
  // What was left where it was, such as a name that nobody resolves, is not waited for.
  process.exit(status);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
