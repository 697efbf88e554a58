import type { Goal } from '../measure/part.ts';
import { spread, times } from '../measure/words.ts';
import { count } from '../simulate/format.ts';
import type { HandlersFigures } from './figures.ts';
import { firstLabel } from './first.ts';
import type { Kind } from './kinds.ts';

/** Ours over the usual stack's, at most. */
const RATIO = { warm: 0.45, load: 0.25, size: 0.5, first: 0.25, firstSmall: 0.1 } as const;

/** Processor milliseconds of a warm message at most, by the way that it goes. */
const WARM_MS = { rest: 2.8, socket: 2 } as const;

/** With everything that is on the path of a message: 130 KB, counted as esbuild and Lambda's own limits count them. */
const SIZE_BYTES = 130 * 1_024;

/** The smallest memory setting, whose share of a processor is smallest. */
export const SMALL_MB = 128;

const isSocket = (kind: Kind): boolean => kind === 'typing-frame';

const warmGoals = ({ warm }: HandlersFigures): Goal[] =>
  warm.flatMap(({ kind, mean }) => {
    const most = isSocket(kind) ? WARM_MS.socket : WARM_MS.rest;
    return [
      {
        what: `processor time of a warm message, ${kind}`,
        wanted: `≤ ${RATIO.warm}×`,
        measured: times(mean.ratio),
        isMet: mean.ratio.median <= RATIO.warm,
      },
      {
        what: `the same in milliseconds, ${kind}`,
        wanted: `≤ ${most.toFixed(1)} ms`,
        measured: spread(mean.ours),
        isMet: mean.ours.median <= most,
      },
    ];
  });

function loadGoals({ load, size: { onPath } }: HandlersFigures): Goal[] {
  const ratio = onPath.ours.bytes / onPath.usual.bytes;
  return [
    {
      what: 'processor time of loading the code, beside the usual stack',
      wanted: `≤ ${RATIO.load}×`,
      measured: times(load.cpu.ratio),
      isMet: load.cpu.ratio.median <= RATIO.load,
    },
    {
      what: 'code on the path of a message, beside the usual stack',
      wanted: `≤ ${RATIO.size}×`,
      measured: `${ratio.toFixed(2)}×`,
      isMet: ratio <= RATIO.size,
    },
    {
      what: 'the same in bytes',
      wanted: `≤ 130 KB of 1,024 bytes (${count(SIZE_BYTES)})`,
      measured: count(onPath.ours.bytes),
      isMet: onPath.ours.bytes <= SIZE_BYTES,
    },
  ];
}

const firstGoals = (what: string, most: number, first: HandlersFigures['first']): Goal[] =>
  first.map(({ kind, wall }) => ({
    what: `${what}, ${firstLabel(kind)}`,
    wanted: `≤ ${most}×`,
    measured: times(wall.ratio),
    isMet: wall.ratio.median <= most,
  }));

/** What this part is held to. */
export function goalsOf(figures: HandlersFigures): Goal[] {
  const { first, memory } = figures;
  const small = 'skipped' in memory ? [] : memory.first.filter(({ memoryMb }) => memoryMb === SMALL_MB);
  return [
    ...warmGoals(figures),
    ...loadGoals(figures),
    ...firstGoals('first invocation', RATIO.first, first),
    ...firstGoals(`first invocation at ${SMALL_MB} MB`, RATIO.firstSmall, small),
  ];
}
