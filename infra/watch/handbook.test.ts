import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../functions/ports/metrics.ts';
import { ERROR_CODES } from '../../functions/relay/errors.ts';
import { alarmsOf } from './alarms.ts';
import { propertiesOf, watched, watchTemplate } from './fixture.ts';
import { QUERIES } from './queries.ts';

const ROOT = new URL('../../', import.meta.url);
const handbook = readFileSync(new URL('docs/operating.md', ROOT), 'utf8');

/** The text of each section of a level, by its heading. */
function sectionsOf(text: string, level: number): Map<string, string> {
  const [, ...parts] = text.split(new RegExp(`^${'#'.repeat(level)} `, 'm'));
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))] as const),
  );
}
const sections = sectionsOf(handbook, 2);
const section = (heading: string): string => sections.get(heading) ?? '';

/** The cells of a section's tables whose first one is code. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.+\|$/gm)].map(([row]) => row.slice(2, -2).split(' | '));
const codeOf = (cell = ''): string => cell.replaceAll('`', '');

describe("the handbook's runbooks", () => {
  const specs = alarmsOf(watched);
  const runbooks = sectionsOf(section('Alarms'), 3);

  it('are one for each alarm, and no other', () => {
    expect([...runbooks.keys()].sort()).toEqual([...new Set(specs.map(({ runbook }) => runbook))].sort());
  });

  it.each(specs)('say when $runbook rings, as its mail does', ({ runbook, rings }) => {
    expect(runbooks.get(runbook)).toContain(rings);
  });

  it.each([...runbooks])('have causes, where to look and what to do: %s', (_, text) => {
    const parts = [...text.matchAll(/\*\*(\w+)\.\*\*/g)].map(([, part]) => part);
    expect(parts).toEqual(['Rings', 'Causes', 'Look', 'Do']);
  });

  it('are of as many alarms as the page says', () => {
    const others = specs.filter(({ handler }) => handler === undefined).length;
    expect(specs).toHaveLength(2 * watched.functions.length + others);
    expect(handbook).toContain(`two alarms for each function and ${others} others`);
  });
});

describe("the handbook's log codes", () => {
  const sources = readdirSync(new URL('functions', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(`functions/${name}`, ROOT), 'utf8'));
  const written = sources.flatMap((source) => [
    ...[...source.matchAll(/\b(debug|warn|error)\(\s*'([a-z_]+)'/g)].map(([, level = '', code = '']) => [
      code,
      level.toUpperCase(),
    ]),
    ...[...source.matchAll(/logCode = '([a-z_]+)'/g)].map(([, code = '']) => [code, 'WARN']),
  ]);
  const rows = rowsOf(section('Log lines').split('### ')[0] ?? '').map(([code, level]) => [
    codeOf(code),
    level,
  ]);

  it('are all that the functions write', () => {
    const codes = new Set([...written.map(([code]) => code), ...ERROR_CODES]);
    expect(rows.map(([code]) => code).sort()).toEqual([...codes].sort());
  });

  it('have the level that they are written at', () => {
    const levels = new Map(rows.map(([code, level]) => [code, level]));
    expect(written.filter(([code, level]) => levels.get(code) !== level)).toEqual([]);
  });
});

describe("the handbook's metrics", () => {
  it('are those of the functions, with their units and dimensions', () => {
    const rows = rowsOf(section('Metrics')).map(([name, unit, by]) => [codeOf(name), unit, by]);
    const expected = Object.entries(METRICS).map(([name, { unit, by }]) => [
      name,
      unit,
      by.map((dimensions) => dimensions.join(', ') || '–').join('; '),
    ]);
    expect(rows).toEqual(expected);
  });
});

describe('the handbook', () => {
  it('names every saved query', () => {
    for (const name of Object.keys(QUERIES)) expect(handbook).toContain(`"${name}"`);
  });

  it('has a row for each of the dashboard', () => {
    const [{ DashboardBody } = {}] = propertiesOf(watchTemplate(), 'AWS::CloudWatch::Dashboard');
    const titles = [...JSON.stringify(DashboardBody).matchAll(/## ([\w ]+)\\/g)].map(([, title]) => title);
    const rows = [...section('The dashboard').matchAll(/^\| ([A-Z][\w ]+) \|/gm)].map(([, title]) => title);
    expect(titles.length).toBeGreaterThan(0);
    expect(rows).toEqual(titles);
  });

  it('counts what the alarms cost', () => {
    const metrics = propertiesOf(watchTemplate(), 'AWS::CloudWatch::Alarm').flatMap(
      ({ Metrics, MetricName }) =>
        MetricName === undefined ? (JSON.stringify(Metrics).match(/"MetricStat"/g) ?? []) : [MetricName],
    );
    const fixed = metrics.length - 2 * watched.functions.length;
    expect(section('What watching costs')).toContain(`${fixed} + 2 × functions`);
  });

  it('counts what the metrics cost', () => {
    const sets = Object.values(METRICS).flatMap(({ by }) => by.map((dimensions) => dimensions.join()));
    const [whole, perUpstream] = ['', 'Upstream'].map((set) => sets.filter((one) => one === set).length);
    expect(section('What watching costs')).toContain(
      `${whole}, and ${perUpstream} for each upstream in use, and one for each reason or outcome`,
    );
  });

  it('links to sections that it has', () => {
    const headings = [...handbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...handbook.matchAll(/\]\(#([\w-]+)\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !headings.some((heading) => heading === link))).toEqual([]);
  });
});
