import { count, fixed, percent, share } from './format.ts';
import type { Measures } from './measures.ts';
import { CRASH_VARIANTS, HELD, OURS, TRIED_EXPIRING, VARIANTS } from './plan.ts';
import { REFERENCES, type Published } from './policies.ts';
import { REST_CRASHED_MS } from './guest.ts';
import { type Results, rowsOf } from './results.ts';
import { REFERENCE, WEATHERS } from './weather.ts';

type Table = string[][];

/** Seconds after a crash; what was shown for as long as it was watched has no end that is known. */
export const crashSeconds = (value: number): string =>
  value >= REST_CRASHED_MS / 1_000 - 2 ? `> ${REST_CRASHED_MS / 1_000 - 2}` : fixed(value, 1);

const COLUMNS: readonly [head: string, cell: (measures: Measures) => string][] = [
  ['accuracy', ({ accuracy, accuracyError }) => `${share(accuracy)} ± ${share(accuracyError, 4)}`],
  ['flickers', ({ flickers }) => fixed(flickers, 2)],
  ['calls', ({ calls }) => fixed(calls, 1)],
  ['most in 5 s', ({ callsIn5s }) => String(callsIn5s)],
  ['stuck after send', ({ stuckSent, stuckSentP95 }) => `${fixed(stuckSent, 2)} / ${fixed(stuckSentP95, 2)}`],
  [
    'stuck after abandon',
    ({ stuckAbandoned, stuckAbandonedP95 }) => `${fixed(stuckAbandoned, 1)} / ${fixed(stuckAbandonedP95, 1)}`,
  ],
  ['onset p95', ({ onsetP95 }) => fixed(onsetP95, 2)],
  ['missed', ({ missed }) => percent(missed)],
  ['false on, sent', ({ falseOnSent }) => fixed(falseOnSent, 2)],
  ['false on, abandoned', ({ falseOnAbandoned }) => fixed(falseOnAbandoned, 2)],
  ['false off', ({ falseOff }) => fixed(falseOff, 2)],
];

/** Everything at the reference weather, and what a crash leaves at that loss. */
export function mainTable(results: Results): Table {
  const crash = WEATHERS.find(({ fault }) => fault === 'vanish') ?? REFERENCE;
  const crashed = rowsOf(results, crash).map(({ result: { measures } }) =>
    [measures.stuckCrashedP95, measures.stuckCrashedMax].map(crashSeconds).join(' / '),
  );
  return [
    ['', ...COLUMNS.map(([head]) => head), 'stuck after crash'],
    ...rowsOf(results).map(({ name, result }, index) => [
      name,
      ...COLUMNS.map(([, cell]) => cell(result.measures)),
      crashed[index] ?? '',
    ]),
  ];
}

/** Ours under each weather but the reference, which has a table of its own. */
export const weatherTable = (results: Results): Table => [
  [
    'weather',
    'far side',
    'accuracy',
    'flickers',
    'calls',
    'most in 5 s',
    'stuck after send',
    'stuck after abandon',
    'stuck after crash: mean / p95 / max',
    'onset p95',
    'missed',
    'false off',
  ],
  ...WEATHERS.filter((weather) => weather !== REFERENCE).flatMap((weather) =>
    OURS.map((ours) => {
      const { measures } = results.ours(ours, weather);
      const { stuckCrashed, stuckCrashedP95, stuckCrashedMax } = measures;
      const crash = [stuckCrashed, stuckCrashedP95, stuckCrashedMax].map((value) => fixed(value, 1));
      return [
        weather.name,
        ours.name,
        `${share(measures.accuracy)} ± ${share(measures.accuracyError, 4)}`,
        fixed(measures.flickers, 2),
        fixed(measures.calls, 1),
        String(measures.callsIn5s),
        fixed(measures.stuckSent, 2),
        fixed(measures.stuckAbandoned, 1),
        Number.isFinite(stuckCrashed) ? crash.join(' / ') : '–',
        fixed(measures.onsetP95, 2),
        percent(measures.missed),
        fixed(measures.falseOff, 2),
      ];
    }),
  ),
];

/** The accuracy of everything under every weather. */
export function accuracyTable(results: Results): Table {
  const columns = WEATHERS.map((weather) => rowsOf(results, weather));
  const [first = []] = columns;
  return [
    ['', ...WEATHERS.map(({ name }) => name)],
    ['drafts in each cell', ...columns.map(([row]) => count(row?.result.counts.drafts ?? NaN))],
    [
      'error, as of held',
      ...columns.map(([row]) => `± ${share(row?.result.measures.accuracyError ?? NaN, 4)}`),
    ],
    ...first.map(({ name }, index) => [
      name,
      ...columns.map((rows) => share(rows[index]?.result.measures.accuracy ?? NaN)),
    ]),
  ];
}

type Calibrated = readonly [key: keyof Published, error: (measures: Measures) => number, digits: number];
const CALIBRATED: readonly Calibrated[] = [
  ['accuracy', ({ accuracyError }) => accuracyError, 3],
  ['flickers', ({ flickersError }) => flickersError, 2],
  ['calls', ({ callsError }) => callsError, 1],
  ['stuckAbandoned', ({ stuckAbandonedError }) => stuckAbandonedError, 1],
  ['onsetMean', ({ onsetMeanError }) => onsetMeanError, 1],
  // A quantile's error is not estimated: only a mean's is.
  ['onsetP95', () => NaN, 1],
];

/** What rounding takes from a published figure: half of its last digit. */
const rounding = (value: number, key: keyof Published): number =>
  0.5 * 10 ** -(key === 'accuracy' ? 3 : (String(value).split('.')[1]?.length ?? 0));

/** The published figure beside the one measured here; bold where they differ by more than chance and rounding. */
export const calibrationTable = (results: Results): Table => [
  ['policy', 'accuracy', 'flickers', 'calls', 'stuck after abandon', 'onset mean', 'onset p95'],
  ...REFERENCES.map(({ policy, published }) => [
    policy.name,
    ...CALIBRATED.map(([key, error, digits]) => {
      const reference = published[key];
      if (reference === undefined) return '–';
      const { measures } = results.peer(policy);
      const both = `${fixed(reference, digits)} → ${fixed(measures[key], digits)}`;
      const explained = 3 * error(measures) + rounding(reference, key);
      return Math.abs(measures[key] - reference) > explained ? `**${both}**` : both;
    }),
  ]),
];

/** What other constants would give. */
export const variantTable = (results: Results): Table => [
  [
    'constants',
    'held: accuracy',
    'flickers',
    'calls',
    'stuck after abandon',
    'expiring 6 s: accuracy',
    'flickers',
    'calls',
  ],
  ...VARIANTS.map((variant) => {
    const held = results.variant(variant, HELD).measures;
    const expiring = results.variant(variant, TRIED_EXPIRING).measures;
    return [
      variant.name,
      share(held.accuracy),
      `${fixed(held.flickers, 3)} ± ${fixed(held.flickersError, 3)}`,
      fixed(held.calls, 2),
      fixed(held.stuckAbandoned, 2),
      share(expiring.accuracy),
      `${fixed(expiring.flickers, 2)} ± ${fixed(expiring.flickersError, 2)}`,
      fixed(expiring.calls, 1),
    ];
  }),
];

/** What other constants would give where clients vanish half open. */
export const crashTable = (results: Results): Table => [
  ['constants', 'crashes', 'stuck, mean', 'p95', 'max', 'longer than 11 s', 'of them with an "off" lost'],
  ...CRASH_VARIANTS.map((variant) => {
    const { measures, counts } = results.variant(variant, HELD);
    return [
      variant.name,
      count(counts.crashes),
      fixed(measures.stuckCrashed, 1),
      fixed(measures.stuckCrashedP95, 1),
      fixed(measures.stuckCrashedMax, 1),
      `${count(counts.lateCrashes)} (${percent(measures.lateCrashed)})`,
      count(counts.lateWithLostOff),
    ];
  }),
];
