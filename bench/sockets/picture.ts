import type { TopLevelSpec } from 'vega-lite';
import type { Figure } from '../measure/figures.ts';
import { digits } from '../measure/words.ts';
import { INK, OTHERS_COLOUR, OURS_COLOUR } from '../simulate/picture.ts';
import type { CallFigures, Figures } from './figures.ts';
import { counted, isOurs, NAMES } from './words.ts';

const WHOSE = ['this relay', 'others'];
const COLOURS = [OURS_COLOUR, OTHERS_COLOUR];

const COLOUR = {
  field: 'whose',
  type: 'nominal',
  scale: { domain: WHOSE, range: COLOURS },
  legend: { title: null, orient: 'top' },
} as const;

const trips = (figure: Figure): string => `${counted(figure)} round trip${figure.median === 1 ? '' : 's'}`;

const valuesOf = (calls: readonly CallFigures[]): Record<string, unknown>[] =>
  calls
    .filter(({ tls }) => tls === 'TLSv1.3')
    .map(({ contender, endMs, arrivalMs, roundTrips }) => ({
      name: NAMES[contender],
      whose: WHOSE[isOurs(contender) ? 0 : 1],
      end: endMs.median,
      arrival: arrivalMs.median,
      label: `${digits(endMs.median)} ms, ${trips(roundTrips)}`,
    }));

/** How long a frame takes, to the call's end and to its arrival. */
export function timesOfCalls({ calls, roundTripMs }: Figures): TopLevelSpec {
  const values = valuesOf(calls);
  const y = {
    field: 'name',
    type: 'nominal',
    sort: values.map(({ name }) => name),
    axis: { title: null, ticks: false, labelLimit: 340 },
  } as const;
  const domain: number[] = [0.1, 1_000];
  const ticks: number[] = [0.1, 1, 10, 100, 1_000];
  const x = {
    type: 'quantitative',
    scale: { type: 'log', domain, nice: false },
    axis: {
      title: "milliseconds (log scale); bar: to the call's end, line: to the frame's arrival",
      values: ticks,
    },
  } as const;
  return {
    width: 440,
    height: { step: 26 },
    title: {
      text: 'How long a typing frame takes',
      subtitle: `round trip ${roundTripMs} ms, TLS 1.3; a kept socket by how long it was idle`,
    },
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 15 },
        encoding: {
          x: { ...x, field: 'end' },
          x2: { datum: 0.1 },
          y,
          color: COLOUR,
        },
      },
      {
        mark: { type: 'tick', thickness: 2, size: 20, color: INK, opacity: 1 },
        encoding: { x: { ...x, field: 'arrival' }, y },
      },
      {
        mark: { type: 'text', align: 'left', dx: 8, color: INK, fontSize: 11 },
        encoding: { x: { ...x, field: 'labelAt' }, y, text: { field: 'label' } },
        transform: [{ calculate: 'max(datum.end, datum.arrival)', as: 'labelAt' }],
      },
    ],
  };
}
