import { join } from 'node:path';
import { ZodError } from 'zod';
import type { Part } from '../measure/part.ts';
import { draw } from '../simulate/picture.ts';
import { turn } from '../simulate/write.ts';
import { UsageError } from '../usage.ts';
import { makeDoc, PAGE, type Sections } from './doc.ts';
import type { Results } from './results.ts';
import { BenchError } from './run.ts';

/** Names of the parts that figures lack. */
export const missingFrom = (parts: readonly Part[], figures: Results['parts']): string[] =>
  parts.map(({ name }) => name).filter((name) => !Object.hasOwn(figures, name));

/** @throws UsageError that names the parts without which there is no page */
export function mustBeWhole(parts: readonly Part[], figures: Results['parts'], file: string): void {
  const missing = missingFrom(parts, figures);
  if (missing.length > 0)
    throw new UsageError(
      `${file} has no figures of ${missing.join(', ')}: there is no page of a part of a run. npm run bench -- --complete ${file} measures what is missing.`,
    );
}

/** The sections of those parts that have figures. @throws UsageError that names a part whose figures are of another version */
export function sectionsOf(parts: readonly Part[], figures: Results['parts']): Sections {
  const missing = missingFrom(parts, figures);
  return parts
    .filter(({ name }) => !missing.includes(name))
    .map((part) => {
      try {
        return [part, part.section(figures[part.name])];
      } catch (cause) {
        if (!(cause instanceof ZodError)) throw cause;
        throw new UsageError(`The figures of ${part.name} are none of this version's: ${String(cause)}`);
      }
    });
}

/** Values that were not there when the page was made of them. */
const BROKEN = /\b(NaN|undefined|Infinity)\b|\[object /;

function mustBeSound(name: string, text: string): void {
  const [word] = BROKEN.exec(text) ?? [];
  if (word !== undefined) throw new BenchError(`${name} holds ${JSON.stringify(word)}`);
}

/** Pictures of a page, by their names. @throws BenchError when two have one name, or the page shows others than there are */
function picturesOf(sections: Sections, doc: string) {
  const all = sections.flatMap(([, { pictures }]) => Object.entries(pictures));
  const drawn = all.map(([name]) => name).toSorted();
  const shown = [...doc.matchAll(new RegExp(`\\]\\(${PAGE}/(.*?)\\.svg\\)`, 'g'))];
  const names = [...new Set(shown.map(([, name = '']) => name))].toSorted();
  if (drawn.join() !== names.join())
    throw new BenchError(
      `The page shows the pictures ${names.join(', ')}, and there are ${drawn.join(', ')}`,
    );
  return all;
}

/**
 * Makes the page of those parts that have figures, and draws each picture.
 * @returns names of files in docs/, and what they hold
 * @throws BenchError when the page is broken, or the signal's abort
 */
export async function makePage(
  results: Results,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<[name: string, text: string][]> {
  const sections = sectionsOf(parts, results.parts);
  const doc = makeDoc(results, sections);
  const files: [string, string][] = [];
  for (const [name, spec] of picturesOf(sections, doc)) {
    await turn(signal);
    files.push([join(PAGE, `${name}.svg`), await draw(spec)]);
  }
  files.push([`${PAGE}.md`, doc]);
  for (const [name, text] of files) mustBeSound(name, text);
  return files;
}
