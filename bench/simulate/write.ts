import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keystrokes } from './guest.ts';
import { makeDoc, PICTURES, type RunFacts } from './doc.ts';
import { draw } from './picture.ts';
import { accuracyByCalls, flickersByPolicy, onsets, stuckByPolicy } from './pictures.ts';
import type { Results } from './results.ts';
import { timeline } from './timeline.ts';

/** Writes the page and its pictures. @returns the page's file */
export async function writeDoc(
  folder: string,
  results: Results,
  facts: RunFacts,
  source: Keystrokes,
): Promise<string> {
  const pictures = {
    timeline: await timeline(source, facts.seed),
    'accuracy-by-calls': accuracyByCalls(results),
    flickers: flickersByPolicy(results),
    stuck: stuckByPolicy(results),
    onset: onsets(results),
  };
  await mkdir(join(folder, PICTURES), { recursive: true });
  for (const [name, spec] of Object.entries(pictures))
    await writeFile(join(folder, PICTURES, `${name}.svg`), await draw(spec));
  const page = join(folder, 'typing-quality.md');
  await writeFile(page, makeDoc(results, facts));
  return page;
}
