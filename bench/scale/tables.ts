import { count, fixed, percent } from '../simulate/format.ts';
import { type Cost, costOf, noUsage, PARTS, total } from './cost.ts';
import { OTHERS, PRICES } from './prices.ts';
import type { Binding, Results, WayResult } from './run.ts';
import { runsOf } from './runs.ts';
import { AS_DEPLOYED, type Choice, times, usageOf, usagePerMillion } from './usage.ts';

export type Table = string[][];

/** Three figures that count; more than that nobody knows. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value < 100) return fixed(value, 0);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return count(Math.round(value / unit) * unit);
}

export const dollars = (value: number): string =>
  `$${value < 100 ? fixed(value, 2) : count(Math.round(value))}`;

/** Hours a month in which so many chats go on: eight a day. */
export const HOURS = 240;

/** What one chat asks for. */
export const chatTable = ({ ways }: Results): Table => [
  [
    'upstream',
    'frames a minute',
    'upstream messages',
    'service account requests',
    'writes a frame',
    'reads',
    'queue sends',
    'ms a frame',
    'functions at once, 1,000 chats: mean',
    'busiest second',
  ],
  ...ways.map(({ way, sample: { mean }, environments }) => [
    way.name,
    fixed(60 * mean.frames, 1),
    fixed(60 * mean.calls, 1),
    fixed(60 * mean.requests, 1),
    fixed(mean.writes / mean.frames, 2),
    fixed(mean.reads / mean.frames, 2),
    fixed(mean.queued / mean.frames, 2),
    fixed(mean.typingMs / mean.frames, 0),
    fixed(runsOf(way, mean).ms, 0),
    fixed(1_000 * environments, 0),
  ]),
];

const bindingOf = ({ bindings }: WayResult, id: string): Binding | undefined =>
  bindings.find(({ quota }) => quota.id === id);

const chatsOf = (binding: Binding | undefined, most: number): string => {
  if (!binding) return '–';
  return Number.isFinite(binding.chats) ? rounded(binding.chats) : `> ${count(most)}`;
};

/** Every limit against every way: at how many chats it is used up. */
export const bindingTable = ({ ways, quotas, plan }: Results): Table => [
  ['limit', 'allows', ...ways.map(({ way }) => way.name)],
  ...quotas.map(({ id, name, limit, unit }) => [
    name,
    `${count(limit)} ${unit}`,
    ...ways.map((way) => chatsOf(bindingOf(way, id), plan.chats)),
  ]),
];

/** The limits in the order in which they bind, with what to do about each. */
export function remedyTable({ ways, quotas, plan }: Results): Table {
  const firsts = quotas.map((quota) => {
    const all = ways.flatMap((way) => {
      const binding = bindingOf(way, quota.id);
      return binding ? [{ chats: binding.chats, name: way.way.name }] : [];
    });
    return { quota, first: all.toSorted((one, other) => (one.chats < other.chats ? -1 : 1))[0] };
  });
  return [
    ['limit', 'whose it is', 'first at', 'what to do', 'source'],
    ...firsts
      .toSorted((one, other) => ((one.first?.chats ?? Infinity) < (other.first?.chats ?? Infinity) ? -1 : 1))
      .map(({ quota, first }) => [
        `${quota.name}, ${count(quota.limit)} ${quota.unit}`,
        quota.of,
        first && Number.isFinite(first.chats)
          ? `${rounded(first.chats)} chats (${first.name})`
          : `more than ${count(plan.chats)} chats`,
        quota.remedy,
        quota.source,
      ]),
  ];
}

/** What the stage's throttle refuses, and how long a return of all takes. */
export const crowdTable = ({ ways, quotas }: Results): Table => {
  const connections = quotas.find(({ id }) => id === 'connections')?.limit ?? NaN;
  const [first] = ways;
  return [
    [
      'chats at once',
      'frames a second',
      'busiest second',
      'refused by the default throttle',
      'all connect anew',
    ],
    ...(first?.steps ?? [])
      .filter(({ chats }) => chats >= 1_000)
      .map(({ chats, mean, busiest, refused }) => [
        count(chats),
        count(mean.frames),
        count(busiest.frames),
        percent(refused, 0),
        duration(chats / connections),
      ]),
  ];
};

export const duration = (seconds: number): string =>
  seconds < 120 ? `${fixed(Math.ceil(seconds), 0)} s` : `${fixed(seconds / 60, 0)} min`;

/** What becomes of typing when chats share one token. */
export const sharedTable = ({ shared }: Results): Table => [
  [
    'upstream',
    'chats',
    'requests a minute',
    'of them 429',
    'drafts shown',
    'typing time shown',
    'onset: median / p95',
    'errors a minute and chat',
    'stuck for over 15 s',
    'longest',
  ],
  ...shared.map((row) => [
    row.way,
    count(row.chats),
    fixed(row.requests, 0),
    fixed(row.limited, 1),
    percent(row.draftsShown, 0),
    percent(row.timeShown, 0),
    `${fixed(row.onsetMedian, 1)} / ${fixed(row.onsetP95, 1)} s`,
    fixed(row.errors, 1),
    `${count(row.stuck)} of ${count(row.drafts)}`,
    `${fixed(row.longestStuck, 0)} s`,
  ]),
];

const perMillion = ({ sample, environments }: WayResult, choice?: Partial<Choice>): Cost =>
  costOf(usagePerMillion(sample, environments, { ...AS_DEPLOYED, ...choice }));

/** A million typing messages, by part, as the stack is deployed. */
export const partsTable = ({ ways }: Results): Table => [
  ['upstream', ...PARTS, 'together'],
  ...ways.map((way) => {
    const cost = perMillion(way);
    return [way.way.name, ...PARTS.map((part) => dollars(cost[part])), `**${dollars(total(cost))}**`];
  }),
];

/** The same with other choices. */
export const choicesTable = ({ ways }: Results): Table => {
  const choices: [string, Partial<Choice>][] = [
    ['as deployed', {}],
    ['an ack for each', { ack: true }],
    ['log level DEBUG', { level: 'DEBUG' }],
    ['a metric line for each', { metrics: 'each' }],
    ['all three', { ack: true, level: 'DEBUG', metrics: 'each' }],
  ];
  return [
    ['upstream', ...choices.map(([name]) => name), 'as deployed, without connection minutes'],
    ...ways.map((way) => {
      const cost = perMillion(way);
      return [
        way.way.name,
        ...choices.map(([, choice]) => dollars(total(perMillion(way, choice)))),
        dollars(total(cost) - cost['connection minutes']),
      ];
    }),
  ];
};

/**
 * A tutorial's design: a read and a write by the SDK, an ack, Lambda's default lines, 128 MB; the SDK takes 61 to 79 ms
 * there on average, and the three lines 300 bytes.
 */
export const TUTORIAL = {
  ...noUsage,
  messages: 2_000_000,
  invocations: 1_000_000,
  lambdaMs: 70 * 1_000_000,
  memoryMb: 128,
  reads: 1_000_000,
  writes: 1_000_000,
  logBytes: 300 * 1_000_000,
  egressBytes: 45 * 1_000_000,
};

/** Beside what others charge, for a message from a client to the customer's code. */
export function othersTable({ ways }: Results): Table {
  const ours = ways.map((way): [string, number, string] => {
    const cost = perMillion(way);
    return [
      `this relay, ${way.way.name}`,
      total(cost) - cost['connection minutes'],
      'the table above; it also brings the message upstream',
    ];
  });
  const tutorial: [string, number, string] = [
    'a tutorial on API Gateway and Lambda, up to the table',
    total(costOf(TUTORIAL)),
    'GetItem, UpdateItem, ack, default log lines, 128 MB',
  ];
  const all = [
    ...ours,
    tutorial,
    ...OTHERS.map(({ name, dollars: price, source }): [string, number, string] => [name, price, source]),
  ];
  return [
    ['', 'a million', 'what it is of'],
    ...all
      .toSorted(([, one], [, other]) => one - other)
      .map(([name, price, what]) => [name, dollars(price), what]),
  ];
}

export const priceTable = (): Table => [
  ['what', 'price', 'source', 'seen'],
  ...Object.values(PRICES).map(({ what, dollars: price, unit, source, seen }) => [
    what,
    `$${price}${unit === 'series' || unit === 'secret' ? '' : ` a ${unit}`}`,
    source,
    seen,
  ]),
];

/** A month of so many chats at once, for eight hours a day. */
export function monthly({ sample, environments }: WayResult, chats: number, choice?: Choice): Cost {
  return costOf(times(usageOf(sample, HOURS * 3_600, environments, choice), chats));
}

export const monthTable = ({ ways, plan }: Results): Table => {
  const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= plan.chats);
  return [
    ['upstream', ...sizes.map((size) => `${count(size)} chats`)],
    ...ways.map((way) => [way.way.name, ...sizes.map((size) => dollars(total(monthly(way, size))))]),
  ];
};
