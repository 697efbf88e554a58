import { count, fixed, percent } from '../simulate/format.ts';
import { quantile } from '../simulate/measures.ts';
import { GROWTH_ALLOWED, growthOf, WATCHED, type Watched } from './growth.ts';
import type { Outcome } from './run.ts';

const MB = 1_000_000;

/** The figures of a run, as `--json` prints them. Times are milliseconds, memory is bytes. */
export interface Figures {
  connections: number;
  openedPerSecond: number;
  seconds: number;
  framesPerSecond: number;
  relayedPerSecond: number;
  p50: number;
  p99: number;
  most: number;
  silences: number;
  repeated: number;
  memory: number;
  openFiles: number | undefined;
  upstreamSockets: number;
  /** As a share, between the middle and the last third of the run. */
  growth: Partial<Record<Watched, number>>;
  errors: Record<string, number>;
}

/** What there was at most; undefined where it was not to be seen. */
const mostOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : Math.max(...values);

export function figuresOf(outcome: Outcome): Figures {
  const { connections, openedPerSecond, seconds, frames, latencies, samples, errors } = outcome;
  const growth: Figures['growth'] = {};
  for (const watched of WATCHED) {
    const more = growthOf(samples, watched);
    if (more !== undefined) growth[watched] = more;
  }
  return {
    connections,
    openedPerSecond,
    seconds,
    framesPerSecond: frames / seconds,
    relayedPerSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    most: quantile(latencies, 1),
    silences: outcome.silences,
    repeated: outcome.repeated,
    memory: mostOf(samples.map(({ memory }) => memory)) ?? NaN,
    openFiles: mostOf(samples.flatMap(({ openFiles }) => openFiles ?? [])),
    upstreamSockets: mostOf(samples.map(({ upstreamSockets }) => upstreamSockets)) ?? NaN,
    growth,
    errors: Object.fromEntries(errors),
  };
}

/** Whether something went wrong; `soak` looks at growth, too. */
export function failed({ errors, growth }: Figures, soak: boolean): boolean {
  const grew = Object.values(growth).some((more) => more > GROWTH_ALLOWED);
  return Object.keys(errors).length > 0 || (soak && grew);
}

/** The figures for a person. */
export function textOf(figures: Figures, soak: boolean): string {
  const { p50, p99, most, silences, repeated, openFiles, growth } = figures;
  const lines = [
    ['connections', `${count(figures.connections)}, opened at ${count(figures.openedPerSecond)} a second`],
    ['measured', `${fixed(figures.seconds, 1)} s`],
    ['frames from clients', `${fixed(figures.framesPerSecond, 1)} a second`],
    [
      'relayed upstream',
      `${fixed(figures.relayedPerSecond, 1)} a second; refreshes go no further than the relay`,
    ],
    ['client to upstream', `p50 ${fixed(p50, 0)} ms, p99 ${fixed(p99, 0)} ms, ${fixed(most, 0)} ms at most`],
    ['ended on silence', `${count(silences)} times; ${count(repeated)} frames came upstream once more`],
    ['memory', `${count(figures.memory / MB)} MB at most`],
    [
      'sockets',
      `${count(figures.upstreamSockets)} upstream; ${openFiles === undefined ? '–' : count(openFiles)} open files`,
    ],
    ...(soak ? [['growth', growthText(growth)]] : []),
    ['errors', errorsText(figures.errors)],
  ];
  return `${lines.map(([what = '', text = '']) => `${what.padEnd(20)} ${text}`).join('\n')}\n`;
}

const NAMES: Record<Watched, string> = {
  memory: 'memory',
  openFiles: 'open files',
  upstreamSockets: 'upstream sockets',
};

function growthText(growth: Figures['growth']): string {
  const parts = WATCHED.flatMap((watched) => {
    const more = growth[watched];
    if (more === undefined) return [];
    return `${NAMES[watched]} ${percent(more, 1)}${more > GROWTH_ALLOWED ? ' (too much)' : ''}`;
  });
  return `${parts.join(', ')} from the middle third to the last`;
}

function errorsText(errors: Figures['errors']): string {
  const all = Object.entries(errors);
  if (all.length === 0) return 'none';
  return all.map(([what, times]) => `\n  ${count(times)} × ${what}`).join('');
}
