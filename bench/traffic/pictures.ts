import type { TopLevelSpec } from 'vega-lite';
import { placeLabels } from '../simulate/labels.ts';
import { OTHERS_COLOUR, OURS_COLOUR } from '../simulate/picture.ts';
import { REFERENCE } from '../simulate/weather.ts';
import { PARTS } from '../scale/cost.ts';
import type { TrafficFigures } from './figures.ts';

/** The pictures of this part. */

/** Parts of a sum, told apart; the largest first. */
const PART_COLOURS = ['#0b6bcb', '#57606a', '#c2410c', '#15803d', '#7c3aed', '#be185d', '#0e7490', '#111827'];

const TITLES = {
  minute: 'What a million typing minutes cost',
  frame: 'What a million client frames cost',
} as const;

/** What each costs, by part: of a million typing minutes, or of a million frames. */
export function costByPart({ contenders }: TrafficFigures, per: 'minute' | 'frame'): TopLevelSpec {
  const parts = PARTS.filter((part) =>
    contenders.some((one) => one.parts.some((priced) => priced.part === part && priced.dollars > 0)),
  );
  const values = contenders.flatMap((one) =>
    one.parts.map(({ part, dollars }) => ({
      name: one.name,
      part,
      order: parts.indexOf(part),
      dollars: per === 'minute' ? dollars : dollars / one.counts.frames.median,
    })),
  );
  const names = contenders.map(({ name }) => name);
  return {
    width: 560,
    height: { step: 26 },
    title: { text: TITLES[per], subtitle: 'dollars by part, without what opens and keeps connections' },
    data: { values },
    mark: 'bar',
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: names,
        axis: { title: null, ticks: false, labelLimit: 420 },
      },
      x: { field: 'dollars', type: 'quantitative', axis: { title: null, format: '$,.4~r' } },
      order: { field: 'order' },
      color: {
        field: 'part',
        type: 'nominal',
        sort: [...parts],
        scale: { domain: [...parts], range: PART_COLOURS.slice(0, parts.length) },
        legend: { title: null, orient: 'bottom', columns: 3 },
      },
    },
  };
}

const SIZE = { width: 620, height: 380 } as const;

/** Accuracy against upstream calls, each with its name; the tutorials are far to the right. */
export function accuracyByCalls({ contenders }: TrafficFigures): TopLevelSpec {
  // The relay with another's client is there for its price alone.
  const shown = contenders.filter(({ kind }) => kind !== 'fed');
  const all = shown.map(({ name, kind, accuracy, counts }) => ({
    name,
    whose: kind === 'ours' ? 'this relay' : 'others',
    accuracy: accuracy.value,
    calls: counts.calls.median,
  }));
  const x = ends(
    all.map(({ calls }) => Math.log(calls)),
    0.08,
  );
  const y = ends(
    all.map(({ accuracy }) => accuracy),
    0.12,
  );
  const placed = placeLabels(
    all.map(({ name, calls, accuracy }) => ({
      text: name,
      x: ((Math.log(calls) - x.from) / (x.to - x.from)) * SIZE.width,
      y: ((y.to - accuracy) / (y.to - y.from)) * SIZE.height,
    })),
    SIZE.width,
    SIZE.height,
  );
  const values = all.map((one, index) => ({
    ...one,
    labelCalls: Math.exp(x.from + ((placed[index]?.labelX ?? 0) / SIZE.width) * (x.to - x.from)),
    labelAccuracy: y.to - ((placed[index]?.labelY ?? 0) / SIZE.height) * (y.to - y.from),
  }));
  return scatter(values, { x: [Math.exp(x.from), Math.exp(x.to)], y: [y.from, y.to] });
}

/** The ends of a scale, with some room at either side. */
function ends(values: readonly number[], room: number): { from: number; to: number } {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(to - from, 1e-6) * room;
  return { from: from - margin, to: to + margin };
}

function scatter(values: object[], domains: Record<'x' | 'y', number[]>): TopLevelSpec {
  const ticks: number[] = [8, 10, 15, 20, 30, 50, 100, 200];
  const across = {
    field: 'calls',
    type: 'quantitative',
    scale: { type: 'log', domain: domains.x, nice: false },
    axis: { values: ticks, title: 'upstream calls per typing minute (log scale)' },
  } as const;
  const up = {
    field: 'accuracy',
    type: 'quantitative',
    scale: { domain: domains.y, nice: false },
    axis: { title: 'accuracy: share of time in which the bubble is right', format: '.3f' },
  } as const;
  const color = {
    field: 'whose',
    type: 'nominal',
    scale: { domain: ['this relay', 'others'], range: [OURS_COLOUR, OTHERS_COLOUR] },
    legend: { title: null, orient: 'top' },
  } as const;
  return {
    ...SIZE,
    title: {
      text: 'How right, and for how many upstream calls',
      subtitle: `at ${REFERENCE.name}, other systems before their own far sides; up and to the left is better`,
    },
    data: { values },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { x: across, y: up, color },
      },
      {
        mark: { type: 'text', fontSize: 11 },
        encoding: {
          x: { ...across, field: 'labelCalls' },
          y: { ...up, field: 'labelAccuracy' },
          text: { field: 'name' },
          color,
        },
      },
    ],
  };
}
