import type { TopLevelSpec } from 'vega-lite';
import { INK, OTHERS_COLOUR, OURS_COLOUR } from '../simulate/picture.ts';
import { measuredMemory } from './cost.ts';
import type { HandlersFigures } from './figures.ts';
import type { Compared } from './warm.ts';

const WHOSE = { ours: 'this relay', usual: 'the usual libraries' } as const;

interface Bar {
  /** What stands at the left of a pair of bars. */
  what: string;
  compared: Compared;
}

const valuesOf = (bars: readonly Bar[]): object[] =>
  bars.flatMap(({ what, compared }) =>
    (['ours', 'usual'] as const).map((side) => {
      const { median, min, max } = compared[side];
      return { what, whose: WHOSE[side], median, min, max };
    }),
  );

/** Pairs of bars with the span of all rounds. */
function barsOf(
  title: string,
  subtitle: string,
  axis: string,
  bars: readonly Bar[],
  isLog: boolean,
): TopLevelSpec {
  const y = { field: 'what', type: 'nominal', title: null, sort: bars.map(({ what }) => what) } as const;
  const yOffset = { field: 'whose', sort: Object.values(WHOSE) };
  const scale = isLog ? ({ type: 'log', domainMin: 1 } as const) : {};
  return {
    width: 560,
    height: { step: 22 },
    title: { text: title, subtitle },
    data: { values: valuesOf(bars) },
    encoding: { y, yOffset },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'median', type: 'quantitative', title: axis, scale, ...(isLog && { stack: null }) },
          ...(isLog && { x2: { datum: 1 } }),
          color: {
            field: 'whose',
            type: 'nominal',
            scale: { domain: Object.values(WHOSE), range: [OURS_COLOUR, OTHERS_COLOUR] },
            legend: { title: null, orient: 'top' },
          },
        },
      },
      {
        mark: { type: 'rule', color: INK },
        encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
    ],
  };
}

/** Processor time of a warm message, by the way that it goes. */
const warmBars = ({ warm }: HandlersFigures): Bar[] =>
  warm.flatMap(({ kind, on, off }) => [
    { what: off ? `${kind}, on` : kind, compared: on },
    ...(off ? [{ what: `${kind}, off`, compared: off }] : []),
  ]);

/** What a new environment's first message takes, by memory and with a whole processor. */
function firstBars(figures: HandlersFigures): Bar[] {
  const measured = measuredMemory(figures)?.first.filter(({ kind }) => kind === 'open-messaging') ?? [];
  const whole = figures.first.filter(({ kind }) => kind === 'open-messaging');
  return [
    ...measured.map(({ memoryMb, wall }) => ({ what: `${memoryMb} MB`, compared: wall })),
    ...whole.map(({ wall }) => ({ what: 'a whole processor', compared: wall })),
  ];
}

/** The part's pictures, by name; that of shares is left out where none were measured. */
export function picturesOf(figures: HandlersFigures): Record<string, TopLevelSpec> {
  const first = firstBars(figures);
  return {
    'handlers-warm': barsOf(
      'Processor time of a typing message',
      'a warm environment; the line spans all rounds',
      'milliseconds',
      warmBars(figures),
      false,
    ),
    ...(first.length > 1 && {
      'handlers-first': barsOf(
        'The first message of a new environment, after INIT',
        'open-messaging, by the share of a processor that comes with memory',
        'milliseconds by the clock (log scale)',
        first,
        true,
      ),
    }),
  };
}
