import type { TopLevelSpec } from 'vega-lite';
import { PARTS, total } from './cost.ts';
import type { Results } from './run.ts';
import { WINDOW_S } from './sample.ts';
import { HOURS, monthly } from './tables.ts';

/** The pictures of docs/scale.md. */

/** Told apart by colour and dash; dark enough on white. */
const COLOURS = [
  '#0b6bcb',
  '#c2410c',
  '#15803d',
  '#7c3aed',
  '#b45309',
  '#be185d',
  '#0e7490',
  '#57606a',
  '#111827',
  '#65a30d',
  '#a16207',
  '#4338ca',
  '#9f1239',
];

/** One legend for colour and dash together. */
const LEGEND = { title: null, orient: 'bottom', columns: 2, labelLimit: 320 } as const;

const LEAST_SHARE = 0.01;
const MOST_SHARE = 10;

function logChats(from: number, to: number) {
  const domain: number[] = [from, to];
  const values = [10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000].filter(
    (value) => value >= from && value <= to && (to <= 1_000 || Number.isInteger(Math.log10(value))),
  );
  return {
    field: 'chats',
    type: 'quantitative',
    scale: { type: 'log', domain },
    axis: { title: 'chats at once', format: '~s', values },
  } as const;
}

/** What chats use of each limit, by upstream: where a line crosses 100 % the limit binds. */
export function usesOfLimits({ ways, quotas, plan }: Results): TopLevelSpec {
  const values = ways.flatMap(({ way, bindings }) =>
    bindings.flatMap(({ quota, uses }) =>
      uses
        .filter(({ share }) => share >= LEAST_SHARE && share <= MOST_SHARE)
        .map(({ chats, share }) => ({ way: way.name, limit: quota.name, chats, share })),
    ),
  );
  const names = quotas.map(({ name }) => name).filter((name) => values.some(({ limit }) => limit === name));
  return {
    title: {
      text: 'What chats use of each limit',
      subtitle: `in the busiest of ${WINDOW_S} seconds; where a line crosses 100 % the limit binds (both scales log)`,
    },
    data: { values },
    facet: {
      field: 'way',
      type: 'nominal',
      sort: ways.map(({ way }) => way.name),
      header: { title: null, labelFontSize: 13, labelFontWeight: 'bold' },
    },
    columns: 2,
    spacing: 24,
    spec: {
      width: 320,
      height: 210,
      layer: [
        {
          mark: { type: 'line', strokeWidth: 2, clip: true },
          encoding: {
            x: logChats(10, plan.chats),
            y: {
              field: 'share',
              type: 'quantitative',
              scale: { type: 'log', domain: [LEAST_SHARE, MOST_SHARE] },
              axis: { title: 'of the limit', format: '~%', values: [0.01, 0.1, 1, 10] },
            },
            color: {
              field: 'limit',
              type: 'nominal',
              sort: names,
              scale: { domain: names, range: COLOURS.slice(0, names.length) },
              legend: LEGEND,
            },
            strokeDash: {
              field: 'limit',
              type: 'nominal',
              sort: names,
              scale: {
                domain: names,
                range: names.map((_, index) => (index % 2 === 0 ? [1, 0] : [5, 3])),
              },
              legend: LEGEND,
            },
          },
        },
        { mark: { type: 'rule', color: '#cf222e', strokeWidth: 1.5 }, encoding: { y: { datum: 1 } } },
      ],
    },
  };
}

/** What a month costs, by part. */
export function costByPart({ ways, plan }: Results): TopLevelSpec {
  const shown = ways.filter(({ way }) => ['typing-frame', 'web-messaging'].includes(way.name));
  const values = shown.flatMap((way) =>
    way.steps
      .filter(({ chats }) => chats >= 100)
      .flatMap(({ chats }) => {
        const cost = monthly(way, chats);
        return [...PARTS.map((part) => [part, cost[part]] as const), ['together', total(cost)] as const].map(
          ([part, dollars]) => ({ way: way.way.name, chats, part, dollars }),
        );
      }),
  );
  const names: string[] = ['together', ...PARTS];
  const least = 1;
  return {
    title: {
      text: 'What a month costs',
      subtitle: `so many chats at once for ${HOURS} hours (both scales log)`,
    },
    data: { values: values.filter(({ dollars }) => dollars >= least) },
    facet: {
      field: 'way',
      type: 'nominal',
      header: { title: null, labelFontSize: 13, labelFontWeight: 'bold' },
    },
    columns: 2,
    spacing: 24,
    spec: {
      width: 320,
      height: 280,
      mark: { type: 'line', strokeWidth: 2 },
      encoding: {
        x: logChats(100, plan.chats),
        y: {
          field: 'dollars',
          type: 'quantitative',
          scale: { type: 'log', domainMin: least },
          axis: { title: 'dollars a month', format: '$~s', tickCount: 6 },
        },
        color: {
          field: 'part',
          type: 'nominal',
          sort: names,
          scale: { domain: names, range: ['#111827', ...COLOURS.slice(0, PARTS.length)] },
          legend: LEGEND,
        },
        strokeDash: {
          field: 'part',
          type: 'nominal',
          sort: names,
          scale: { domain: names, range: names.map((_, index) => (index % 2 === 0 ? [1, 0] : [5, 3])) },
          legend: LEGEND,
        },
      },
    },
  };
}

/** What becomes of typing when chats share the requests of one token. */
export function pastTheBudget({ shared }: Results): TopLevelSpec {
  const panels = [
    'drafts that are shown',
    'onset, p95, in seconds',
    'longest stuck bubble, in seconds',
  ] as const;
  const values = shared.flatMap(({ way, chats, draftsShown, onsetP95, longestStuck }) => [
    { panel: panels[0], way, chats, value: draftsShown },
    { panel: panels[1], way, chats, value: onsetP95 },
    { panel: panels[2], way, chats, value: longestStuck },
  ]);
  const names = [...new Set(shared.map(({ way }) => way))];
  const sizes = shared.map(({ chats }) => chats);
  const x = logChats(Math.min(...sizes), Math.max(...sizes));
  return {
    title: {
      text: 'Past 300 requests a minute',
      subtitle: 'chats that share one token; REST upstreams',
    },
    data: { values },
    hconcat: panels.map((panel, index) => ({
      title: { text: panel, fontSize: 12, anchor: 'start' as const, offset: 4 },
      width: 210,
      height: 210,
      transform: [{ filter: { field: 'panel', equal: panel } }],
      mark: { type: 'line' as const, strokeWidth: 2.5, point: { filled: true, size: 30 } },
      encoding: {
        x,
        y: {
          field: 'value',
          type: 'quantitative' as const,
          axis: { title: null, ...(index === 0 && { format: '.0%' }) },
        },
        color: {
          field: 'way',
          type: 'nominal' as const,
          sort: names,
          scale: { domain: names, range: COLOURS.slice(0, names.length) },
          legend: { title: null, orient: 'bottom' as const },
        },
      },
    })),
  };
}
