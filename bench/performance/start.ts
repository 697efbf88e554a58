import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command.ts';
import { LaneError } from '../lane.ts';
import type { Bench } from '../measure/part.ts';
import { installPeers } from '../peers/install.ts';
import { textTable } from '../simulate/format.ts';
import { draw } from '../simulate/picture.ts';
import { turn, writeAll } from '../simulate/write.ts';
import { goalTable, makeDoc, PAGE, type Sections } from './doc.ts';
import { type Flags, helpOf, readFlags } from './flags.ts';
import { PARTS } from './parts.ts';
import { describeMachine, readResults, readVersions, type Results } from './results.ts';
import { BenchError, measureAll } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RESULTS = join(ROOT, 'bench/results.json');

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** From here on something else takes so much of the machine that spreads grow wide. */
const BUSY = 0.5;

function warnWhereBusy(cores: number): void {
  const [load = 0] = loadavg();
  if (load > BUSY * cores)
    say(`This machine is busy (load ${load.toFixed(1)} on ${cores} cores): spreads will be wide.`);
}

const sectionsOf = (parts: ReadonlyMap<string, unknown> | Results['parts']): Sections => {
  const figures = parts instanceof Map ? parts : new Map(Object.entries(parts));
  return PARTS.filter(({ name }) => figures.has(name)).map((part) => [
    part,
    part.section(figures.get(part.name)),
  ]);
};

async function writePage(results: Results, signal: AbortSignal): Promise<void> {
  const sections = sectionsOf(results.parts);
  const files: [string, string][] = [];
  for (const [, { pictures }] of sections)
    for (const [name, spec] of Object.entries(pictures)) {
      await turn(signal);
      files.push([join(PAGE, `${name}.svg`), await draw(spec)]);
    }
  const docs = join(ROOT, 'docs');
  await writeAll(docs, PAGE, [...files, [`${PAGE}.md`, makeDoc(results, sections)]], signal);
  say(`Wrote ${relative('', join(docs, `${PAGE}.md`))}`);
}

async function measure({ quick, rounds, only }: Flags, signal: AbortSignal): Promise<void> {
  const date = new Date().toISOString();
  const began = performance.now();
  const machine = describeMachine();
  if (!quick) warnWhereBusy(machine.cores);
  const installed = await installPeers();
  const bench: Bench = { ...installed, quick, rounds, signal, say };
  const parts = PARTS.filter(({ name }) => only?.includes(name) ?? true);
  const figures = await measureAll(parts, bench);
  const sections = sectionsOf(figures);
  // Quick figures say nothing, so they are not shown; that a page can be made of them is.
  if (!quick) process.stdout.write(textTable(goalTable(sections)));
  const seconds = (performance.now() - began) / 1_000;
  say(`${seconds.toFixed(0)} s`);
  if (quick || only) return;
  const versions = await readVersions(ROOT, installed);
  const results = { date, seconds, rounds, machine, versions, parts: Object.fromEntries(figures) };
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 1)}\n`, { signal });
  await writePage(results, signal);
}

await runCommand({
  help: helpOf(PARTS),
  readFlags: (args) =>
    readFlags(
      args,
      PARTS.map(({ name }) => name),
    ),
  isKnown: (error) => error instanceof BenchError || error instanceof LaneError,
  run: async (flags, signal) => {
    if (flags.page) await writePage(await readResults(RESULTS), signal);
    else await measure(flags, signal);
  },
});
