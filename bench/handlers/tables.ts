import { digits, spread, times } from '../measure/words.ts';
import { count, fixed, markdownTable } from '../simulate/format.ts';
import { burdenOf, dollarsAt } from './cost.ts';
import { GAPS_KIND, type HandlersFigures } from './figures.ts';
import { firstLabel } from './first.ts';
import type { MemoryFigures, WarmAt } from './memory.ts';
import type { Compared, WarmFigures } from './warm.ts';

const SIDES = ['this relay', 'usual libraries', 'ratio'];

const row = (what: string, { ours, usual, ratio }: Compared): string[] => [
  what,
  spread(ours),
  spread(usual),
  times(ratio),
];

const warmRows = (what: string, { on, off, mean }: WarmFigures): string[][] =>
  off ? [row(`${what}, on`, on), row(`${what}, off`, off), row(`${what}, mean`, mean)] : [row(what, on)];

const gapWords = (gapMs: number): string =>
  gapMs === 0 ? 'back to back' : `${gapMs / 1_000} s after the last`;

/** Processor time of warm messages. */
export const warmTable = ({ warm, gaps }: HandlersFigures): string =>
  markdownTable([
    ['CPU ms a message', ...SIDES],
    ...warm.flatMap(({ kind, ...figures }) => warmRows(kind, figures)),
    ...gaps.map(({ gapMs, mean }) => row(`${GAPS_KIND} ${gapWords(gapMs)}, mean`, mean)),
  ]);

/** What stands in the place of the usual libraries in two rows. */
const SDK = 'two clients of the AWS SDK alone (DynamoDB, connections)';

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
    row(`loading the code beside ${SDK}, CPU ms`, load.sdkCpu),
    bytes(`code on the path of a message beside ${SDK}, bytes`, onPath.ours.bytes, sdk.bytes),
    bytes('the same, gzip', onPath.ours.gzipped, sdk.gzipped),
  ]);
}

/** First invocations of new environments. */
export const firstTable = (first: HandlersFigures['first']): string =>
  markdownTable([
    ['ms by the clock', ...SIDES, 'CPU ms, this relay', 'CPU ms, usual', 'ratio'],
    ...first.map(({ kind, wall, cpu }) => [...row(firstLabel(kind), wall), ...row('', cpu).slice(1)]),
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

const p95 = ({ p95, p95Span: { from, to } }: WarmAt): string =>
  `${digits(p95)} (${digits(from)} to ${digits(to)})`;

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
      const mine = dollarsAt(one, ours);
      return [
        `${kind}, ${memoryMb} MB`,
        digits(ours.p50),
        p95(ours),
        digits(usual.p50),
        p95(usual),
        dollars(mine.time),
        dollars(dollarsAt(one, usual).time),
        dollars(mine.whole),
        digits(burdenOf(one)),
      ];
    }),
  ]);

/** First invocations by memory setting. */
export const firstMemoryTable = ({ first }: MemoryFigures): string =>
  markdownTable([
    ['ms by the clock', ...SIDES],
    ...first.map(({ kind, memoryMb, wall }) => row(`${firstLabel(kind)}, ${memoryMb} MB`, wall)),
  ]);
