import type { Figure } from './figures.ts';

/** Figures as the tables of docs/performance.md print them. */

/** Three digits that count: `0.0123`, `1.23`, `12.3`, `1,230`. */
export function digits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const [whole = '', ...rest] = value.toFixed(Math.min(places, 6)).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}

/** `1.23 (1.10 to 1.40)` */
export const spread = ({ median, min, max }: Figure): string =>
  `${digits(median)} (${digits(min)} to ${digits(max)})`;

/** `0.31× (0.29 to 0.35)` */
export const times = ({ median, min, max }: Figure): string =>
  `${median.toFixed(2)}× (${min.toFixed(2)} to ${max.toFixed(2)})`;
