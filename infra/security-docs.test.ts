import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', root), 'utf8');

/** `file` › title, as the page names a test. */
const NAMED = /`([\w./-]+\.test\.ts)` › ([^;|]+?)(?=;| \|)/g;
const named = [...page.matchAll(NAMED)].map(([, file = '', title = '']) => [file, title] as const);

/** Vitest's words for a test or a group that does not run, or not always, and for all the others that then do not. */
const NOT_RUN = ['skip', 'skipIf', 'runIf', 'todo', 'only'];

interface Tests {
  /** The titles of tests and groups. */
  titles: string[];
  /** Which of {@link NOT_RUN} stand in it, outside comments and texts. */
  notRun: string[];
}

/** The word that a chain of calls begins with: `it` of `it.each([…])('…')`. */
function beginning(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)
    ? beginning(node.expression)
    : undefined;
}

/** What a file of tests has in it, by its syntax: what stands in a comment is no test. */
function testsOf(source: string): Tests {
  const tests: Tests = { titles: [], notRun: [] };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ['it', 'test', 'describe'].includes(beginning(node.expression) ?? '')) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) tests.titles.push(title.text);
    }
    if (ts.isIdentifier(node) && NOT_RUN.includes(node.text)) tests.notRun.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest));
  return tests;
}

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

  it.each(named)('names a test that is there and always runs: %s › %s', (file, title) => {
    expect(existsSync(new URL(file, root)), file).toBe(true);
    const { titles, notRun } = testsOf(readFileSync(new URL(file, root), 'utf8'));
    expect(titles).toContain(title);
    expect(notRun, file).toEqual([]);
  });
});

describe('a test that the page may name', () => {
  it.each([
    "it('holds', () => {});",
    'test("holds", () => {});',
    'it(`holds`, () => {});',
    "describe('holds', () => {});",
    "it.each([1])('holds', () => {});",
    "it.each<[string, () => void]>([['a', () => undefined]])('holds', () => {});",
    "it.concurrent('holds', () => {});",
  ])('is one by its syntax: %s', (source) => {
    expect(testsOf(source)).toEqual({ titles: ['holds'], notRun: [] });
  });

  it.each([
    "// it('holds', () => {});",
    "/* it('holds', () => {}); */",
    "expect('holds').toBe(1);",
    "f('holds');",
  ])('is not: %s', (source) => {
    expect(testsOf(source).titles).toEqual([]);
  });

  it.each([
    ["it.skip('holds', () => {});", 'skip'],
    ["describe.skip('all', () => { it('holds', () => {}); });", 'skip'],
    ["it.skipIf(busy)('holds', () => {});", 'skipIf'],
    ["it.runIf(quiet)('holds', () => {});", 'runIf'],
    ["it.todo('holds');", 'todo'],
    ["it.only('another', () => {}); it('holds', () => {});", 'only'],
    ["it('holds', { skip: true }, () => {});", 'skip'],
    ["it('holds', ({ skip }) => { skip(); });", 'skip'],
    ["const maybe = quiet ? it : it.skip; it('holds', () => {});", 'skip'],
  ])('is not in a file that may leave it out: %s', (source, word) => {
    expect(testsOf(source).notRun).toContain(word);
  });

  it('may have these words in its texts', () => {
    expect(testsOf("it('holds', () => { say('skip only todo'); }); // skip").notRun).toEqual([]);
  });
});
