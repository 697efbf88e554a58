import { availableParallelism } from 'node:os';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceOf } from './cells.ts';
import { runCommand } from '../command.ts';
import { UsageError } from '../usage.ts';
import { PICTURES } from './doc.ts';
import { type Flags, HELP, readFlags } from './flags.ts';
import { checkFolder } from './folder.ts';
import { count, textTable } from './format.ts';
import { planRun } from './plan.ts';
import { runCells } from './pool.ts';
import { makeProgress } from './progress.ts';
import { type Counted, makeResults, type Results } from './results.ts';
import { mainTable, weatherTable } from './tables.ts';
import { readTrace, TraceError } from './trace.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

async function readSessions(file: string): Promise<number[][]> {
  return readTrace(file).catch((error: unknown) => {
    if (error instanceof TraceError) throw error;
    throw new UsageError(`Cannot read --trace ${file}: ${error instanceof Error ? error.message : ''}`);
  });
}

function rateOf(results: Results, seconds: number): string {
  const rate = (key: Counted): string => count(results.total(key) / seconds);
  const real = count((results.total('drafts') - results.total('drafts', 'model')) / seconds);
  return (
    `${seconds.toFixed(1)} s: ${rate('drafts')} messages, ${rate('keys')} keys, ${rate('frames')} typing frames a second, ` +
    `of them ${real} messages through the real client and relay\n`
  );
}

function print(results: Results, { json }: Flags): void {
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ cells: results.all.map((cell) => ({ ...cell, each: undefined })) })}\n`,
    );
    return;
  }
  process.stdout.write(
    `At 1 % loss; per typing minute, or seconds (mean / p95)\n\n${textTable(mainTable(results))}\n` +
      `In every weather\n\n${textTable(weatherTable(results))}`,
  );
}

/** More threads than cores would only take each other's turns. */
function workersOf({ workers }: Flags): number {
  const cores = availableParallelism();
  if (workers > cores) process.stderr.write(`--workers ${workers}: there are ${cores} cores, so ${cores}\n`);
  return Math.min(workers, cores);
}

async function simulate(flags: Flags, sessions: number[][] | undefined, signal: AbortSignal): Promise<void> {
  const { messages, seed, out } = flags;
  const cells = planRun(messages, seed);
  const total = cells.reduce((sum, { drafts }) => sum + drafts, 0);
  const progress = makeProgress(process.stderr, total, () => performance.now());
  let seconds = 0;
  const run = runCells(cells, { workers: workersOf(flags), sessions, signal, progress: progress.add });
  const all = await run.finally(() => {
    seconds = progress.end();
  });
  const results = makeResults(cells, all);
  print(results, flags);
  process.stderr.write(rateOf(results, seconds));
  if (out === undefined) return;
  const trace = flags.trace === undefined ? undefined : basename(flags.trace);
  // Loaded here only: what draws is large.
  const { writeDoc } = await import('./write.ts');
  const page = await writeDoc(results, {
    folder: out,
    facts: { messages, seed, trace },
    source: sourceOf(sessions),
    signal,
  });
  process.stderr.write(`Wrote ${relative('', page)}\n`);
}

await runCommand({
  help: HELP,
  readFlags: (args) => readFlags(args, DOCS),
  run: async (flags, signal) => {
    const sessions = flags.trace === undefined ? undefined : await readSessions(flags.trace);
    if (flags.out !== undefined) await checkFolder(flags.out, PICTURES);
    await simulate(flags, sessions, signal);
  },
  isKnown: (error) => error instanceof TraceError,
});
