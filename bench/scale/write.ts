import { join } from 'node:path';
import { draw } from '../simulate/picture.ts';
import { turn, writeAll } from '../simulate/write.ts';
import { makeDoc, PICTURES } from './doc.ts';
import { costByPart, pastTheBudget, usesOfLimits } from './pictures.ts';
import type { Results } from './run.ts';

/** Writes the page and its pictures: all of them or none. @returns the page's file @throws when it was ended */
export async function writeScale(folder: string, results: Results, signal: AbortSignal): Promise<string> {
  const pictures = {
    limits: usesOfLimits(results),
    cost: costByPart(results),
    'past-the-budget': pastTheBudget(results),
  };
  const files: [string, string][] = [];
  for (const [name, spec] of Object.entries(pictures)) {
    await turn(signal);
    files.push([join(PICTURES, `${name}.svg`), await draw(spec)]);
  }
  const page = `${PICTURES}.md`;
  await writeAll(folder, PICTURES, [...files, [page, makeDoc(results)]], signal);
  return join(folder, page);
}
