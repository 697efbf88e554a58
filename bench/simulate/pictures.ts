import type { TopLevelSpec } from 'vega-lite';
import { fixed, share } from './format.ts';
import { REST_CRASHED_MS } from './guest.ts';
import { placeLabels } from './labels.ts';
import { INK, OTHERS_COLOUR, OURS_COLOUR } from './picture.ts';
import { EXPIRING, HELD } from './plan.ts';
import { REFERENCES } from './policies.ts';
import { type Results, type Row, rowsOf } from './results.ts';
import { REFERENCE, WEATHERS } from './weather.ts';

/** The pictures of the doc that show sums; timeline.ts draws the one that shows a minute. */

const colour = {
  field: 'whose',
  type: 'nominal',
  scale: { domain: ['this relay', 'other systems'], range: [OURS_COLOUR, OTHERS_COLOUR] },
  legend: { title: null, orient: 'top' },
} as const;

const whose = (isOurs: boolean): string => (isOurs ? 'this relay' : 'other systems');

/** Those that are less right would press the others together: they are named under the title. */
const LEAST_DRAWN = 0.91;

/** A trace's figures may all lie lower: then the best ten are drawn. */
function leastDrawn(rows: readonly Row[]): number {
  const inOrder = rows
    .map(({ result: { measures } }) => measures.accuracy)
    .toSorted((one, other) => other - one);
  return Math.min(LEAST_DRAWN, inOrder[9] ?? 0);
}

function split(rows: readonly Row[], least: number): [drawn: Row[], below: string[]] {
  const isDrawn = ({ result: { measures } }: Row): boolean => measures.accuracy >= least;
  const below = rows
    .filter((row) => !isDrawn(row))
    .map(
      ({ name, result: { measures } }) =>
        `${name} (${share(measures.accuracy)}, ${fixed(measures.calls, 1)})`,
    );
  return [rows.filter(isDrawn), below.length > 0 ? [`below the picture: ${below.join(', ')}`] : []];
}

/** Accuracy against upstream calls, each point with its name. */
export function accuracyByCalls(results: Results): TopLevelSpec {
  const size = { width: 700, height: 440 };
  const least = leastDrawn(rowsOf(results));
  const [rows, below] = split(rowsOf(results), least);
  // Wider where a trace's figures lie outside.
  const calls = rows.map(({ result: { measures } }) => measures.calls);
  const x = { from: Math.min(8, ...calls), to: Math.max(60, ...calls) };
  const most = Math.max(...rows.map(({ result: { measures } }) => measures.accuracy));
  const y = { from: least, to: Math.max(0.955, most + 0.005) };
  const scaleX = Math.log(x.to / x.from);
  const points = rows.map(({ name, result: { measures } }) => ({
    text: name,
    x: (Math.log(measures.calls / x.from) / scaleX) * size.width,
    y: ((y.to - measures.accuracy) / (y.to - y.from)) * size.height,
  }));
  const values = placeLabels(points, size.width, size.height).map(({ text, labelX, labelY }, index) => ({
    name: text,
    whose: whose(rows[index]?.isOurs ?? false),
    calls: rows[index]?.result.measures.calls,
    accuracy: rows[index]?.result.measures.accuracy,
    labelCalls: x.from * Math.exp((labelX / size.width) * scaleX),
    labelAccuracy: y.to - (labelY / size.height) * (y.to - y.from),
  }));
  const domains: Record<'x' | 'y', number[]> = { x: [x.from, x.to], y: [y.from, y.to] };
  const ticks: number[] = [8, 10, 12, 15, 20, 30, 40, 60];
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
  return {
    ...size,
    title: {
      text: 'How right, and at what price',
      subtitle: ['at 1 % loss; up and to the left is better', ...below],
    },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: '#c8ccd1' },
        encoding: { x: across, y: up, x2: { field: 'labelCalls' }, y2: { field: 'labelAccuracy' } },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { x: across, y: up, color: colour },
      },
      {
        // The white edge keeps the letters apart from the lines.
        mark: { type: 'text', fontSize: 11, stroke: 'white', strokeWidth: 4, strokeJoin: 'round' },
        encoding: {
          x: { ...across, field: 'labelCalls' },
          y: { ...up, field: 'labelAccuracy' },
          text: { field: 'name' },
        },
      },
      {
        mark: { type: 'text', fontSize: 11 },
        encoding: {
          x: { ...across, field: 'labelCalls' },
          y: { ...up, field: 'labelAccuracy' },
          text: { field: 'name' },
          color: colour,
        },
      },
    ],
  };
}

/** Flickers of everything, least first. */
export function flickersByPolicy(results: Results): TopLevelSpec {
  const values = rowsOf(results).map(({ name, isOurs, result: { measures } }) => ({
    name,
    whose: whose(isOurs),
    flickers: measures.flickers,
  }));
  const sort = values.toSorted((one, other) => one.flickers - other.flickers).map(({ name }) => name);
  const y = { field: 'name', type: 'nominal', sort, axis: { title: null, ticks: false } } as const;
  const x = {
    field: 'flickers',
    type: 'quantitative',
    axis: { title: 'flickers per typing minute' },
  } as const;
  return {
    width: 560,
    height: { step: 22 },
    title: {
      text: 'How often the bubble goes off and on again while the guest types',
      subtitle: 'at 1 % loss',
    },
    data: { values },
    layer: [
      { mark: { type: 'bar', height: 14 }, encoding: { x, y, color: colour } },
      {
        mark: { type: 'text', align: 'left', dx: 4, color: INK, fontSize: 11 },
        encoding: { x, y, text: { field: 'flickers', format: '.2f' } },
      },
    ],
  };
}

/** How long the bubble sticks: after a draft that was left, and after a crash that nobody was told of. */
export function stuckByPolicy(results: Results): TopLevelSpec {
  const crash = WEATHERS.find(({ fault }) => fault === 'vanish') ?? REFERENCE;
  const panels = ['after an abandoned draft', 'after a crash, half open'] as const;
  const left = rowsOf(results).map(({ name, isOurs, result: { measures } }) => ({
    panel: panels[0],
    name,
    whose: whose(isOurs),
    mean: measures.stuckAbandoned,
    p95: measures.stuckAbandonedP95,
  }));
  const crashed = rowsOf(results, crash).map(({ name, isOurs, result: { measures } }) => ({
    panel: panels[1],
    name,
    whose: whose(isOurs),
    mean: measures.stuckCrashed,
    p95: measures.stuckCrashedP95,
  }));
  const sort = left.toSorted((one, other) => one.mean - other.mean).map(({ name }) => name);
  const y = { field: 'name', type: 'nominal', sort, axis: { title: null, ticks: false } } as const;
  const domain: number[] = [0, REST_CRASHED_MS / 1_000];
  const x = {
    type: 'quantitative',
    scale: { domain },
    axis: { title: 'seconds; bar: mean, line: 95 % are shorter', tickCount: 6 },
  } as const;
  return {
    title: {
      text: 'How long the bubble stays when nobody types any more',
      subtitle: `at 1 % loss; watched for ${REST_CRASHED_MS / 1_000} s: XMPP has no expiry and stays after a crash`,
    },
    data: { values: [...left, ...crashed] },
    facet: {
      column: {
        field: 'panel',
        type: 'nominal',
        sort: [...panels],
        header: { title: null, labelFontSize: 13 },
      },
    },
    spacing: 24,
    spec: {
      width: 280,
      height: { step: 22 },
      layer: [
        { mark: { type: 'bar', height: 14 }, encoding: { x: { ...x, field: 'mean' }, y, color: colour } },
        {
          mark: { type: 'tick', thickness: 2, size: 18, color: INK, opacity: 1 },
          encoding: { x: { ...x, field: 'p95' }, y },
        },
      ],
    },
  };
}

/** From the first key to the bubble: leading edge against trailing debounce. */
export function onsets(results: Results): TopLevelSpec {
  const debounce = REFERENCES.find(({ policy }) => policy.debounce !== undefined);
  const expiring = EXPIRING.at(-1) ?? HELD;
  const curves = [
    { name: 'this relay, held', result: results.ours(HELD) },
    { name: 'this relay, expiring', result: results.ours(expiring) },
    ...(debounce ? [{ name: 'debounce of 500 ms', result: results.peer(debounce.policy) }] : []),
  ];
  const values = curves.flatMap(({ name, result }) => {
    const shown = 1 - result.measures.missed;
    return result.onsets.map((seconds, at) => ({
      name,
      seconds: Math.min(10, Math.max(0.1, seconds)),
      share: (at / 100) * shown,
    }));
  });
  return {
    width: 700,
    height: 300,
    title: {
      text: 'How soon the bubble is there',
      subtitle: 'at 1 % loss; what is missing at the top are drafts that end before the bubble is there',
    },
    data: { values },
    mark: { type: 'line', strokeWidth: 2.5, interpolate: 'monotone' },
    encoding: {
      x: {
        field: 'seconds',
        type: 'quantitative',
        scale: { type: 'log', domain: [0.1, 10], nice: false },
        axis: {
          title: 'seconds since the first key (log scale)',
          values: [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10],
        },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        scale: { domain: [0, 1] },
        axis: { title: 'share of drafts', format: '.0%' },
      },
      color: {
        field: 'name',
        type: 'nominal',
        sort: curves.map(({ name }) => name),
        scale: { domain: curves.map(({ name }) => name), range: [OURS_COLOUR, '#e08600', OTHERS_COLOUR] },
        legend: { title: null, orient: 'top', columns: 3 },
      },
      strokeDash: {
        field: 'name',
        type: 'nominal',
        scale: {
          domain: curves.map(({ name }) => name),
          range: [
            [1, 0],
            [6, 3],
            [1, 0],
          ],
        },
      },
    },
  };
}
