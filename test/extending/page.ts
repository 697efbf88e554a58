import { readFileSync } from 'node:fs';

/** What a code block of docs/extending.md says about one file: all of it, or some lines of it. */
export interface Step {
  path: string;
  kind: 'new' | 'change';
  code: string;
}

export const page = readFileSync(new URL('../../docs/extending.md', import.meta.url), 'utf8');

/** A block of code and the last file name before it, which says where it belongs; blocks of shell commands belong nowhere. */
const NAME_OR_BLOCK = /`([\w./-]+\/[\w.-]+\.\w+)`|^```(\w+)\n([\s\S]*?)^```$/gm;

/** The steps of a section of the page, in its order. */
export function stepsOf(section: string): Step[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`));
  if (text === undefined) throw new Error(`docs/extending.md has no section "${section}"`);
  let path = '';
  const steps: Step[] = [];
  for (const [, name, language, code = ''] of text.matchAll(NAME_OR_BLOCK)) {
    if (name !== undefined) path = name;
    if (language === 'ts') steps.push({ path, kind: 'new', code });
    if (language === 'diff') steps.push({ path, kind: 'change', code });
  }
  return steps;
}

/** Sources by their path. */
export type Sources = ReadonlyMap<string, string>;

/** The sources after a step. @throws Error when it does not fit, such as a line that the page shows and the file lacks */
export function follow(sources: Sources, { path, kind, code }: Step): Sources {
  const before = sources.get(path);
  if (kind === 'new') {
    if (before !== undefined) throw new Error(`docs/extending.md calls ${path} new, but it is there`);
    return new Map(sources).set(path, code);
  }
  if (before === undefined) throw new Error(`docs/extending.md changes ${path}, but there is none`);
  const lines = code.trimEnd().split('\n');
  const shown = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const wanted = lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1));
  const parts = before.split(shown.join('\n'));
  if (parts.length !== 2) {
    throw new Error(`${path} has these lines ${parts.length - 1} times and not once:\n${shown.join('\n')}`);
  }
  return new Map(sources).set(path, parts.join(wanted.join('\n')));
}

/** What a change of sources amounts to, in files and lines. */
export interface Extent {
  newFiles: string[];
  changedLines: string[];
  lostLines: string[];
}

/** Compares the sources of both sides, whatever the page said about them. */
export function extentOf(before: Sources, after: Sources): Extent {
  const newFiles = [...after.keys()].filter((path) => !before.has(path));
  const old = [...before.keys()].map((path) => [before.get(path) ?? '', after.get(path) ?? ''] as const);
  return {
    newFiles,
    changedLines: old.flatMap(([was, is]) => surplus(is, was)),
    lostLines: old.flatMap(([was, is]) => surplus(was, is)),
  };
}

/** The lines that a text has more often than another. */
function surplus(text: string, other: string): string[] {
  const left = new Map<string, number>();
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return text.split('\n').filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
