import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command.ts';
import { LaneError } from '../lane.ts';
import { installPeers } from '../peers/install.ts';
import { textTable } from '../simulate/format.ts';
import { writeAll } from '../simulate/write.ts';
import { begin } from './begin.ts';
import { changedIn, readCode } from './code.ts';
import { goalTable, PAGE } from './doc.ts';
import { type Flags, helpOf, readFlags } from './flags.ts';
import { makeKept, resultsText } from './kept.ts';
import { makePage, missingFrom, mustBeWhole, sectionsOf } from './page.ts';
import { PARTS } from './parts.ts';
import { describeMachine, readResults, type Results } from './results.ts';
import { BenchError, measureAll } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RESULTS = join(ROOT, 'bench/results.json');

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** From here on something else takes so much of the machine that spreads grow wide. */
const BUSY = 0.5;

function warnWhereBusy(): void {
  const { cores } = describeMachine();
  const [load = 0] = loadavg();
  if (load > BUSY * cores)
    say(`This machine is busy (load ${load.toFixed(1)} on ${cores} cores): spreads will be wide.`);
}

/** @throws UsageError when the results are not those of all parts */
async function writePage(results: Results, file: string, signal: AbortSignal): Promise<void> {
  mustBeWhole(PARTS, results.parts, file);
  const docs = join(ROOT, 'docs');
  await writeAll(docs, PAGE, await makePage(results, PARTS, signal), signal);
  say(`Wrote ${relative('', join(docs, `${PAGE}.md`))}`);
}

async function measure(flags: Flags, signal: AbortSignal): Promise<void> {
  const { quick, only } = flags;
  const began = performance.now();
  if (!quick) warnWhereBusy();
  const { installed, before, facts } = await begin(flags, {
    root: ROOT,
    parts: PARTS,
    install: installPeers,
  });
  const resultsWith = (figures: Results['parts']): Results => ({
    date: before.date,
    seconds: before.seconds + (performance.now() - began) / 1_000,
    // One that found nothing missing measured nothing.
    runs: before.runs + Math.min(1, Object.keys(figures).length),
    ...facts,
    parts: { ...before.parts, ...figures },
  });
  const wanted = only ?? missingFrom(PARTS, before.parts);
  const parts = PARTS.filter(({ name }) => wanted.includes(name));
  const kept = makeKept();
  const isWritten = !quick && only === undefined;
  const { figures, failures } = await measureAll(
    parts,
    { ...installed, quick, rounds: facts.rounds, signal, say },
    async (soFar) => {
      if (isWritten) say(`  kept in ${await kept.keep(resultsWith(soFar))}`);
    },
  );
  const results = resultsWith(figures);
  const changed = isWritten ? changedIn(facts.code, await readCode(ROOT)) : [];
  if (changed.length > 0)
    throw new BenchError(
      `The code changed while it was measured, so nothing is written: ${changed.join(', ')}`,
    );
  const isWhole = isWritten && failures.length === 0;
  // First: whatever is wrong with a section, half an hour of figures is there.
  if (isWhole) await writeFile(RESULTS, resultsText(results));
  // Quick figures say nothing, so they are not shown; that a page can be made of them is.
  if (!quick) process.stdout.write(textTable(goalTable(sectionsOf(parts, figures))));
  say(`${(results.seconds - before.seconds).toFixed(0)} s`);
  if (failures.length > 0)
    throw new BenchError([...failures, ...adviceOn(kept.file() ?? flags.complete)].join('\n\n'));
  if (isWhole) await writePage(results, RESULTS, signal);
  else await makePage(results, PARTS, signal);
  await kept.drop();
}

const adviceOn = (file: string | undefined): string[] =>
  file === undefined
    ? []
    : [`No page of a part of a run. The other figures are kept: npm run bench -- --complete ${file}`];

await runCommand({
  help: helpOf(PARTS),
  readFlags: (args) =>
    readFlags(
      args,
      PARTS.map(({ name }) => name),
    ),
  isKnown: (error) => error instanceof BenchError || error instanceof LaneError,
  run: async (flags, signal) => {
    if (flags.page) await writePage(await readResults(RESULTS), relative('', RESULTS), signal);
    else await measure(flags, signal);
  },
});
