import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeEnvironments } from '../../local/lambda/environments.ts';
import type { StartRuntime } from '../../local/lambda/runtime.ts';
import { type LocalRun, startLocal } from '../../local/run.ts';
import type { LambdaFunction } from '../../local/template/model.ts';
import { type Conversation, converse } from './conversation.ts';
import { type Life, makeWatch, type Watch } from './watch.ts';

/** Conversations after the first of a round: what follows a cold start. */
const WARM = 10;

/** The delay queue brings a silence back after some ten seconds; this is well beyond it. */
const LONGEST_WAIT_MS = 60_000;

export interface MeasureOptions {
  readonly startRuntime: StartRuntime;
  readonly rounds: number;
  /** Progress, a line each. */
  readonly tell: (text: string) => void;
  /** One line of a function's log, but for its metrics: there is nothing to log where all goes well. */
  readonly onLog: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Has conversations on a local run and measures every execution environment. Each round begins with all functions
 * cold, and takes each of them, and an empty handler, once round. Rejects when a conversation goes wrong.
 */
export async function measure(options: MeasureOptions): Promise<readonly Life[]> {
  const { rounds, tell, signal } = options;
  const watch = makeWatch(options.startRuntime);
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-runtime-'));
  try {
    const empty = await makeEmpty(folder);
    const run = await startLocal({
      ports: { gateway: 0, http: 0, page: 0, genesys: 0 },
      ticketKeyFile: () => join(folder, 'ticket-key.json'),
      tell,
      onLog: ({ functionName, line }) => {
        if (!isMetric(line)) options.onLog(`${functionName}  ${line}`);
      },
      signal,
      quiet: true,
      startRuntime: watch.startRuntime,
    });
    try {
      for (let round = 1; round <= rounds; round += 1) {
        tell(`Round ${round} of ${rounds} …`);
        await runEmpty(empty, watch);
        await goRound(run, watch, signal);
      }
    } finally {
      await run.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return watch.lives;
}

/** docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const isMetric = (line: string): boolean => line.startsWith('{"_aws":');

async function goRound(run: LocalRun, watch: Watch, signal: AbortSignal): Promise<void> {
  await watch.endAll();
  const open: Conversation[] = [];
  for (let count = 0; count <= WARM; count += 1) {
    signal.throwIfAborted();
    open.push(await converse({ ...run, signal }));
  }
  // Several silences may come in one event, so it is not the events that are counted.
  for (const { isShown } of open) await until(async () => !(await isShown()), 'The end of a silence', signal);
  // One by one: those that end at once would each have an environment of their own.
  for (const { close } of open) {
    const ends = answersOf(watch, 'Disconnect');
    await close();
    await until(() => Promise.resolve(answersOf(watch, 'Disconnect') > ends), 'A disconnect event', signal);
  }
}

/** @throws Error when it has not happened after a minute */
async function until(happened: () => Promise<boolean>, what: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error(`${what} has not happened within ${LONGEST_WAIT_MS / 1000} s`);
    await delay(20, undefined, { signal });
  }
}

function answersOf({ lives }: Watch, name: string): number {
  const own = lives.filter(({ functionId }) => functionId.startsWith(name));
  return own.reduce((sum, { answersMs }) => sum + answersMs.length, 0);
}

/** What the runtime costs where the function is nothing. */
async function makeEmpty(folder: string): Promise<LambdaFunction> {
  const file = join(folder, 'index.js');
  await writeFile(file, 'exports.handler = async () => {};');
  const name = EMPTY;
  return {
    logicalId: name,
    name,
    functionName: name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    runtime: 'nodejs24.x',
    file,
    exportName: 'handler',
    timeoutSeconds: 3,
    memoryMb: 256,
    environment: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'JSON',
    logLevel: 'WARN',
  };
}

/** The name of an empty handler in the figures. */
export const EMPTY = 'empty-handler';

async function runEmpty(fn: LambdaFunction, { startRuntime }: Watch): Promise<void> {
  const { invoke, close } = makeEnvironments({ functions: [fn], startRuntime });
  for (let count = 0; count <= WARM; count += 1) await invoke(fn.logicalId, {});
  await close();
}
