import type { Figure } from '../measure/figures.ts';
import { digits } from '../measure/words.ts';
import type { TlsVersion } from './far-side.ts';
import type { CallFigures, Contender, Figures, ThawFigures } from './figures.ts';
import { GAP_MS, type Gap, secondsOf } from './gaps.ts';

/** How long a kept socket was idle before each frame. */
export const GAP_NAMES: Record<Gap, string> = {
  none: 'frame after frame',
  idle: `after ${secondsOf(GAP_MS.idle)}`,
};

/** As the tables and the picture call them. */
export const NAMES: Record<Contender, string> = {
  kept: `this relay: kept, ${GAP_NAMES.none}`,
  'kept, idle': `this relay: kept, ${GAP_NAMES.idle}`,
  checked: 'check of readyState',
  reconnect: 'a socket a message, TLS resumed',
  forgetful: 'the same, TLS anew',
  sample: 'a socket a message, as in samples',
};

export const isOurs = (contender: Contender): boolean => contender.startsWith('kept');

/** @throws Error when it was not measured */
export function callOf({ calls }: Figures, contender: Contender, tls: TlsVersion = 'TLSv1.3'): CallFigures {
  const found = calls.find((call) => call.contender === contender && call.tls === tls);
  if (!found) throw new Error(`${contender} over ${tls} was not measured`);
  return found;
}

/** @throws Error when it was not measured */
export function thawOf(
  { thaws }: Figures,
  fault: ThawFigures['fault'],
  side: ThawFigures['side'],
): ThawFigures {
  const found = thaws.find((thaw) => thaw.fault === fault && thaw.side === side);
  if (!found) throw new Error(`${side}, ${fault} was not measured`);
  return found;
}

/** Theirs over ours, of ours over theirs: so many times as fast. */
export const swapped = ({ median, min, max, rounds }: Figure): Figure => ({
  median: 1 / median,
  min: 1 / max,
  max: 1 / min,
  rounds,
});

/** `512× (480 to 530)`, of ours over theirs. */
export function asFast(ratio: Figure): string {
  const { median, min, max } = swapped(ratio);
  return `${digits(median)}× (${digits(min)} to ${digits(max)})`;
}

/** Things that are counted: `4`, and `3.5` where the middle lies between two rounds. */
export const counted = ({ median }: Figure): string => String(Math.round(10 * median) / 10);
