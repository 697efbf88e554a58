/** Figures as the tables print them. An en dash where nothing was to be seen. */

const NOTHING = '–';

export const fixed = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : NOTHING;

/** A share of 1: `.945`. */
export const share = (value: number, digits = 3): string => fixed(value, digits).replace(/^0\./, '.');
export const percent = (value: number, digits = 2): string =>
  Number.isFinite(value) ? `${fixed(100 * value, digits)} %` : NOTHING;

/** Thousands with commas. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Columns as wide as their longest cell; the first one to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return `${lines.join('\n')}\n`;
}

/** The same as a table of Markdown; figures to the right. */
export function markdownTable(rows: readonly (readonly string[])[], words = false): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, column) => (column === 0 || words ? '---' : '--:'));
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |\n`).join('');
}
