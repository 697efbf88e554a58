import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', root), 'utf8');

/** `file` › title, as the page names a test. */
const NAMED = /`([\w./-]+\.test\.ts)` › ([^;|]+?)(?=;| \|)/g;
const tests = [...page.matchAll(NAMED)].map(([, file = '', title = '']) => [file, title] as const);

/** The titles of a file's tests and groups, as they stand in its source; one that is skipped holds nothing. */
const titlesOf = (source: string): string[] =>
  [...source.matchAll(/(?<!skip|todo)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"),/g)].map(
    ([, single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
  );

describe('docs/security.md', () => {
  it('names a test for each threat', () => {
    const [, table = ''] = page.split('| --- | --- | --- |\n');
    const rows = table
      .slice(0, table.indexOf('\n\n'))
      .split('\n')
      .filter((line) => line.startsWith('| '));
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect([...row.matchAll(NAMED)].length, row).toBeGreaterThan(0);
  });

  it.each(tests)('names a test that is there: %s › %s', (file, title) => {
    expect(existsSync(new URL(file, root)), file).toBe(true);
    expect(titlesOf(readFileSync(new URL(file, root), 'utf8'))).toContain(title);
  });
});
