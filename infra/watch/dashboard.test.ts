import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { METRICS, NAMESPACE } from '../../functions/ports/metrics.ts';
import { askedFor, CONTRACT, propertiesOf, watched, watchTemplate } from './fixture.ts';

const join = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) });

/** A text of the template, with a word in place of what only a deployment knows. */
const textOf = (value: unknown): string =>
  join
    .parse(value)
    ['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'deployed'))
    .join('');

const options = z.object({ id: z.string().optional(), expression: z.string().optional() });
const row = z.array(z.union([z.string(), options]));
const body = z.object({
  widgets: z.array(
    z.object({
      type: z.string(),
      x: z.number(),
      width: z.number(),
      properties: z.object({
        title: z.string().optional(),
        markdown: z.string().optional(),
        alarms: z.array(z.string()).optional(),
        metrics: z.array(row).optional(),
      }),
    }),
  ),
});

const [dashboard = {}, ...others] = propertiesOf(watchTemplate(), 'AWS::CloudWatch::Dashboard');
const { widgets } = body.parse(JSON.parse(textOf(dashboard['DashboardBody'])));
const rows = widgets.flatMap(({ properties }) => properties.metrics ?? []);

/** What a row of a graph asks for: namespace, name and dimensions. */
interface Asked {
  namespace: string;
  name: string;
  dimensions: [name: string, value: string][];
}
const asked: Asked[] = rows.flatMap((cells) => {
  const [namespace, name, ...pairs] = cells.filter((cell) => typeof cell === 'string');
  if (namespace === undefined || name === undefined) return [];
  const names = pairs.filter((_, index) => index % 2 === 0);
  return [{ namespace, name, dimensions: names.map((key, index) => [key, pairs[2 * index + 1] ?? '']) }];
});
const expressions = rows.flat().flatMap((cell) => (typeof cell === 'string' ? [] : (cell.expression ?? [])));
const SEARCH =
  /^SEARCH\('\{"typing-relay",([A-Za-z,]+)\} MetricName="(\w+)" Stack="chat-typing"', '(Sum|p99)'\)$/;

/** The relay's own metrics that it asks for, by name or by search. */
const ours = [
  ...asked
    .filter(({ namespace }) => namespace === NAMESPACE)
    .map(({ name, dimensions }) =>
      askedFor(
        name,
        dimensions.map(([key]) => key),
      ),
    ),
  ...expressions
    .filter((expression) => expression.includes('SEARCH'))
    .map((expression) => {
      const [, dimensions = '', name = ''] = SEARCH.exec(expression) ?? [];
      return askedFor(name, dimensions.split(','));
    }),
];

describe('the dashboard', () => {
  it('is one, named after the stack and its region: the whole account shares their names', () => {
    expect(others).toEqual([]);
    expect(textOf(dashboard['DashboardName'])).toBe('chat-typing-deployed');
  });

  it('shows every alarm, then each section under a line that explains it', () => {
    const [alarms, ...rest] = widgets;
    expect(alarms?.properties.alarms).toHaveLength(
      propertiesOf(watchTemplate(), 'AWS::CloudWatch::Alarm').length,
    );
    const titles = rest.flatMap(
      ({ properties }) => /^## (.+)\n.{40,}\.$/.exec(properties.markdown ?? '')?.[1] ?? [],
    );
    expect(titles).toEqual([
      'Is it working',
      'Genesys',
      'Connections',
      'Functions',
      'Queue and table',
      'Cost',
    ]);
    expect(rest.filter(({ type }) => type === 'text')).toHaveLength(titles.length);
  });

  it('fits its grid', () => {
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  it("asks for none of the relay's metrics that its functions do not write, and leaves none out", () => {
    expect(ours.filter((one) => !CONTRACT.includes(one))).toEqual([]);
    const shown = new Set(ours.flatMap((one) => one.split(' ')));
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });

  it('asks for each metric by what it watches', () => {
    const known = new Set([
      watched.stackName,
      watched.webSocketApiId,
      watched.stage,
      watched.webhookApiId,
      ...watched.functions.map(({ functionName }) => functionName),
      watched.watchQueueName,
      watched.deadLetterQueueName,
      watched.tableName,
      ...watched.logGroupNames,
    ]);
    const values = asked.flatMap(({ dimensions }) => dimensions.map(([, value]) => value));
    expect(values.filter((value) => !known.has(value))).toEqual([]);
    expect([...known].filter((value) => !values.includes(value))).toEqual([]);
  });

  it('has expressions over metrics of their own graph only', () => {
    for (const { properties } of widgets) {
      const cells = (properties.metrics ?? []).flat().filter((cell) => typeof cell !== 'string');
      const ids = new Set(cells.map(({ id }) => id));
      const used = cells.flatMap(({ expression = '' }) =>
        expression.startsWith('SEARCH') ? [] : (expression.match(/\b[a-z]\w*\b/g) ?? []),
      );
      expect(used.filter((id) => !ids.has(id))).toEqual([]);
    }
  });
});

describe('the cost of an hour', () => {
  const cost = widgets.find(({ properties }) => properties.title === 'Dollars an hour');
  const cells = (cost?.properties.metrics ?? []).flat().filter((cell) => typeof cell !== 'string');
  const nothing = Object.fromEntries(cells.flatMap(({ id }) => (id === undefined ? [] : [[id, 0]])));
  /** What that much of one metric costs, and nothing of the others. */
  const costOf = (id: string, count: number): number =>
    cells
      .flatMap(({ expression }) => expression ?? [])
      .map((expression) => z.number().parse(runInNewContext(expression, { ...nothing, [id]: count })))
      .reduce((sum, dollars) => sum + dollars);

  it.each([
    ['a million messages', 'messages', 1e6, 1],
    ['a million deliveries of the webhook', 'deliveries', 1e6, 1],
    ['a million calls of functions', 'calls1', 1e6, 0.2],
    // A million of a millisecond at 128 MB is $0.0016667; the functions have twice the memory.
    ['a million milliseconds of functions', 'time1', 1e6, 0.0033333],
    ['a million writes', 'writes', 1e6, 0.625],
    ['a million reads', 'reads', 1e6, 0.125],
    ['a million requests of the queue', 'sent', 1e6, 0.4],
    ['a gigabyte of log', 'log1', 1e9, 0.5],
  ])('has %s at its list price', (_, id, count, dollars) => {
    expect(costOf(id, count)).toBeCloseTo(dollars, 6);
  });

  it('is written without exponents', () => {
    expect(expressions.filter((expression) => /\de-?\d/.test(expression))).toEqual([]);
  });
});
