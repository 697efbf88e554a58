import type { Figure } from '../measure/figures.ts';
import { digits, spread, times } from '../measure/words.ts';
import { count, fixed, markdownTable } from '../simulate/format.ts';
import { burdenOf, dollarsOf } from './cost.ts';
import type { HandlersFigures } from './figures.ts';
import type { MemoryFigures } from './memory.ts';
import type { Compared } from './warm.ts';

const SIDES = ['this relay', 'usual libraries', 'ratio'];

const row = (what: string, { ours, usual, ratio }: Compared): string[] => [
  what,
  spread(ours),
  spread(usual),
  times(ratio),
];

/** Processor time of warm messages. */
export const warmTable = ({ warm }: HandlersFigures): string =>
  markdownTable([
    ['CPU ms a message', ...SIDES],
    ...warm.flatMap(({ kind, on, off, mean }) =>
      off ? [row(`${kind}, on`, on), row(`${kind}, off`, off), row(`${kind}, mean`, mean)] : [row(kind, on)],
    ),
  ]);

/** What loading takes, and how much is loaded. */
export function loadTable({ load, size: { onPath, deployed, sdk } }: HandlersFigures): string {
  const bytes = (what: string, ours: number, usual: number): string[] => [
    what,
    count(ours),
    count(usual),
    `${fixed(ours / usual, 2)}×`,
  ];
  return markdownTable([
    ['', ...SIDES],
    row('loading the code, CPU ms', load.cpu),
    row('the same by the clock, ms', load.wall),
    row('memory that it takes, MB', load.memory),
    ["Node.js' own modules loaded with it", String(load.builtins.ours), String(load.builtins.usual), ''],
    bytes('code on the path of a message, bytes', onPath.ours.bytes, onPath.usual.bytes),
    bytes('the same, gzip', onPath.ours.gzipped, onPath.usual.gzipped),
    bytes('code that is deployed, bytes', deployed.ours.bytes, deployed.usual.bytes),
    ["AWS SDK's clients of DynamoDB and of connections alone, CPU ms", '', spread(load.sdkCpu), ''],
    ['the same, bytes', '', count(sdk.bytes), ''],
  ]);
}

/** First invocations of new environments. */
export const firstTable = (first: HandlersFigures['first']): string =>
  markdownTable([
    ['ms by the clock', ...SIDES, 'CPU ms, this relay', 'CPU ms, usual', 'ratio'],
    ...first.map(({ kind, wall, cpu }) => [...row(kind, wall), ...row('', cpu).slice(1)]),
  ]);

/** INIT, which the first message of an environment waits for as well. */
export function initTable(first: HandlersFigures['first']): string {
  const [one] = first;
  return one
    ? markdownTable([
        ['', ...SIDES],
        row('INIT, CPU ms', one.initCpu),
        row('INIT by the clock, ms', one.initWall),
      ])
    : '';
}

const dollars = (value: number): string => `$${value.toFixed(3)}`;
const half = ({ median }: Figure): string => digits(median);

/** Memory settings: what a warm message takes there, and costs. */
export const memoryTable = ({ warm }: MemoryFigures): string =>
  markdownTable([
    [
      'kind, memory',
      'p50 ms',
      'p95 ms',
      'usual: p50',
      'p95',
      'Lambda time, a million',
      'usual',
      'a million messages',
      'p95 × $',
    ],
    ...warm.map((one) => {
      const { kind, memoryMb, ours, usual } = one;
      const [mine, theirs] = [ours, usual].map(({ billed }) => dollarsOf(billed.median, memoryMb));
      return [
        `${kind}, ${memoryMb} MB`,
        half(ours.p50),
        half(ours.p95),
        half(usual.p50),
        half(usual.p95),
        dollars(mine?.time ?? NaN),
        dollars(theirs?.time ?? NaN),
        `$${fixed(mine?.whole ?? NaN, 2)}`,
        digits(burdenOf(one)),
      ];
    }),
  ]);

/** First invocations by memory setting. */
export const firstMemoryTable = ({ first }: MemoryFigures): string =>
  markdownTable([
    ['ms by the clock', ...SIDES],
    ...first.map(({ kind, memoryMb, wall }) => row(`${kind}, ${memoryMb} MB`, wall)),
  ]);
