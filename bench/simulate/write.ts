import { renameSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Keystrokes } from './guest.ts';
import { makeDoc, PICTURES, type RunFacts } from './doc.ts';
import { draw } from './picture.ts';
import { accuracyByCalls, flickersByPolicy, onsets, stuckByPolicy } from './pictures.ts';
import type { Results } from './results.ts';
import { timeline } from './timeline.ts';

export interface Written {
  folder: string;
  facts: RunFacts;
  source: Keystrokes;
  /** Ends it: nothing is written then. */
  signal: AbortSignal;
}

/** Lets signals in between two pieces of work. @throws when it was ended */
export async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

async function makeFiles(results: Results, { facts, source, signal }: Written): Promise<[string, string][]> {
  const pictures = {
    timeline: await timeline(source, facts.seed),
    'accuracy-by-calls': accuracyByCalls(results),
    flickers: flickersByPolicy(results),
    stuck: stuckByPolicy(results),
    onset: onsets(results),
  };
  const files: [string, string][] = [];
  for (const [name, spec] of Object.entries(pictures)) {
    await turn(signal);
    files.push([join(PICTURES, `${name}.svg`), await draw(spec)]);
  }
  await turn(signal);
  return [...files, [`${PICTURES}.md`, makeDoc(results, facts)]];
}

/** Writes files into a folder and the folder `pictures` in it: all of them or none. @throws when it was ended */
export async function writeAll(
  folder: string,
  pictures: string,
  files: readonly (readonly [name: string, text: string])[],
  signal: AbortSignal,
): Promise<void> {
  await turn(signal);
  await mkdir(join(folder, pictures), { recursive: true });
  const moves = files.map(([name, text]) => ({
    text,
    to: join(folder, name),
    from: join(folder, `${name}.part`),
  }));
  try {
    for (const { from, text } of moves) await writeFile(from, text, { signal });
    await turn(signal);
    // At once: no signal comes between.
    for (const { from, to } of moves) renameSync(from, to);
  } finally {
    for (const { from } of moves) await rm(from, { force: true });
  }
}

/** Writes the page and its pictures: all of them or none. @returns the page's file @throws when it was ended */
export async function writeDoc(results: Results, written: Written): Promise<string> {
  const { folder, signal } = written;
  await writeAll(folder, PICTURES, await makeFiles(results, written), signal);
  return join(folder, `${PICTURES}.md`);
}
