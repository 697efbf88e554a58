import { withoutHash } from '../../local/template/model.ts';
import type { Life } from './watch.ts';

/** Milliseconds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What one function took over all its environments. */
export interface Figure {
  readonly name: string;
  readonly bundleBytes: number;
  readonly environments: number;
  readonly events: number;
  /** From the start of the process to its first question for an event. */
  readonly initMs: Spread;
  /** The first answer of each environment. */
  readonly firstMs: Spread;
  /** All later ones. */
  readonly warmMs: Spread;
  readonly failures: readonly string[];
}

/** Sums lives up by function, in the order of their names. */
export function figuresOf(lives: readonly Life[]): Figure[] {
  const groups = new Map<string, Life[]>();
  for (const life of lives) {
    const name = withoutHash(life.functionId);
    groups.set(name, [...(groups.get(name) ?? []), life]);
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, own]) => ({
      name,
      bundleBytes: own[0]?.bundleBytes ?? 0,
      environments: own.length,
      events: own.reduce((sum, { answersMs }) => sum + answersMs.length, 0),
      initMs: spread(own.flatMap(({ initMs }) => initMs ?? [])),
      firstMs: spread(own.flatMap(({ answersMs }) => answersMs.slice(0, 1))),
      warmMs: spread(own.flatMap(({ answersMs }) => answersMs.slice(1))),
      failures: own.flatMap(({ failures }) => failures),
    }));
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const half = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

const COLUMNS = [
  'function',
  'bundle',
  'environments',
  'events',
  'INIT',
  'first answer',
  'warm answer',
] as const;

/** A table in Markdown: median (least–most) in ms. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, bundleBytes, environments, events, initMs, firstMs, warmMs }) => [
    name,
    bundleBytes < 1024 ? `${bundleBytes} B` : `${Math.round(bundleBytes / 1024)} KB`,
    String(environments),
    String(events),
    text(initMs, 0),
    text(firstMs, 1),
    text(warmMs, 1),
  ]);
  const all = [[...COLUMNS], COLUMNS.map(() => '---'), ...rows];
  return all.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function text({ median, least, most }: Spread, digits: number): string {
  if (Number.isNaN(median)) return '–';
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}
