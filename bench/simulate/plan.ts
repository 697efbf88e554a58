import type { Cell } from './cells.ts';
import type { Ours } from './ours.ts';
import { type Policy, REFERENCES, SYSTEMS } from './policies.ts';
import { REFERENCE, type Weather, WEATHERS } from './weather.ts';

/** What is measured in a run. */

export const HELD: Ours = { name: 'held', timing: 'held', expiry: Infinity };
export const HELD_UNCLEARED: Ours = { ...HELD, name: 'held, cleared by off only', outlivesMessage: true };
const expiring = (seconds: number): Ours => ({
  name: `expiring, ${seconds} s`,
  timing: 'expiring',
  expiry: seconds * 1_000,
});
export const EXPIRING = [5, 6, 7, 8].map(expiring);
export const OURS: readonly Ours[] = [HELD, HELD_UNCLEARED, ...EXPIRING];

/** The far side for which other constants are tried. */
export const TRIED_EXPIRING = expiring(6);

/** Values in place of the code's own, by the constants' names: what would be if they were others. */
export type Constants = Readonly<Record<string, number>>;

export interface Variant {
  name: string;
  constants: Constants;
  weather: Weather;
}

export const VANISH = WEATHERS.find(({ fault }) => fault === 'vanish') ?? REFERENCE;
const VANISH_LOSSLESS: Weather = { ...VANISH, name: 'crash, half open, no loss', loss: 0 };

const under = (weather: Weather, variants: readonly (readonly [string, Constants])[]): Variant[] =>
  variants.map(([name, constants]) => ({ name, constants, weather }));

const CODE = ['as in the code', {}] as const;

/** Other constants under the reference weather. The relay's coalescing goes with the client's refresh. */
export const VARIANTS: readonly Variant[] = under(REFERENCE, [
  CODE,
  ['CLIENT_IDLE_MS 5,000', { CLIENT_IDLE_MS: 5_000 }],
  ['CLIENT_IDLE_MS 5,500', { CLIENT_IDLE_MS: 5_500 }],
  ['CLIENT_IDLE_MS 7,000', { CLIENT_IDLE_MS: 7_000 }],
  ['CLIENT_REFRESH_MS 4,000', { CLIENT_REFRESH_MS: 4_000, REFRESH_MS: 3_500 }],
  ['CLIENT_REFRESH_MS 6,000', { CLIENT_REFRESH_MS: 6_000, REFRESH_MS: 5_500 }],
  ['CLIENT_REFRESH_MS 10,000', { CLIENT_REFRESH_MS: 10_000, REFRESH_MS: 9_500 }],
  [
    'CLIENT_REFRESH_MS 10,000, SILENCE_MS 16,000',
    { CLIENT_REFRESH_MS: 10_000, REFRESH_MS: 9_500, SILENCE_MS: 16_000 },
  ],
  [
    'CLIENT_REFRESH_MS 4,000, SILENCE_MS 11,000',
    { CLIENT_REFRESH_MS: 4_000, REFRESH_MS: 3_500, SILENCE_MS: 11_000 },
  ],
  ['SILENCE_MS 10,500', { SILENCE_MS: 10_500 }],
  ['SILENCE_MS 11,000', { SILENCE_MS: 11_000 }],
  ['SILENCE_MS 12,000', { SILENCE_MS: 12_000 }],
]);

/** Other constants where clients vanish half open. */
export const CRASH_VARIANTS: readonly Variant[] = [
  ...under(VANISH, [
    CODE,
    ['SILENCE_MS 10,500', { SILENCE_MS: 10_500 }],
    ['SILENCE_MS 11,000', { SILENCE_MS: 11_000 }],
    ['SILENCE_MS 12,000', { SILENCE_MS: 12_000 }],
    ['CLIENT_REFRESH_MS 4,000', { CLIENT_REFRESH_MS: 4_000, REFRESH_MS: 3_500 }],
  ]),
  { name: 'as in the code, no loss', constants: {}, weather: VANISH_LOSSLESS },
];

/** Other rests of the guest between messages: how far the calibration carries. */
export const REST_VARIANTS: readonly Variant[] = under(REFERENCE, [
  ['REST_MEAN_MS 5,000', { REST_MEAN_MS: 5_000 }],
  ['REST_MEAN_MS 20,000', { REST_MEAN_MS: 20_000 }],
]);

/** A system that is measured with those rests too. */
export const RESTED = 'Ably Chat';

/** Who decides in a cell: the real client and relay as they are, the same with other constants, or a peer's model. */
export type Maker = 'code' | 'other constants' | 'model';

/** A cell, and with which constants. */
export interface PlannedCell extends Cell {
  constants: Constants;
}

export const makerOf = ({ subject, constants }: PlannedCell): Maker => {
  if (subject.kind === 'peer') return 'model';
  return Object.keys(constants).length > 0 ? 'other constants' : 'code';
};

type Weighed = PlannedCell & { weight: number };

export const peerId = (weather: Weather, { name }: Pick<Policy, 'name'>): string =>
  `${weather.name} / peer / ${name}`;
export const oursId = (weather: Weather, { name }: Ours): string => `${weather.name} / ours / ${name}`;
/** With the code's own constants it is the cell of the weather itself. */
export const variantId = ({ name, weather, constants }: Variant, ours: Ours): string =>
  Object.keys(constants).length === 0 ? oursId(weather, ours) : `${oursId(weather, ours)} / ${name}`;
export const variantPeerId = ({ name, weather }: Variant, policy: Pick<Policy, 'name'>): string =>
  `${peerId(weather, policy)} / ${name}`;

const weigh = (
  id: string,
  subject: Cell['subject'],
  weather: Weather,
  constants: Constants = {},
): Weighed => ({ id, subject, weather, weight: weightOf(weather), constants, drafts: 0, seed: 0 });

/**
 * All that is measured under one weather is given the same conversations; more of them where goals hang on rare events:
 * the reference weather, and crashes that nobody is told of.
 */
function weightOf(weather: Weather): number {
  if (weather === REFERENCE) return 8;
  return weather.fault === 'vanish' ? 6 : 3.5;
}

function weighedCells(): Weighed[] {
  const peer = (policy: Policy, weather: Weather): Weighed =>
    weigh(peerId(weather, policy), { kind: 'peer', policy }, weather);
  const variant = (one: Variant, ours: Ours): Weighed =>
    weigh(variantId(one, ours), { kind: 'ours', ours }, one.weather, one.constants);
  const rested = SYSTEMS.filter(({ name }) => name === RESTED);
  const all = [
    ...WEATHERS.flatMap((weather) => [
      ...OURS.map((ours) => weigh(oursId(weather, ours), { kind: 'ours', ours }, weather)),
      ...SYSTEMS.map((policy) => peer(policy, weather)),
    ]),
    ...REFERENCES.map(({ policy }) => peer(policy, REFERENCE)),
    ...VARIANTS.flatMap((one) => [HELD, TRIED_EXPIRING].map((ours) => variant(one, ours))),
    ...[...CRASH_VARIANTS, ...REST_VARIANTS].map((one) => variant(one, HELD)),
    ...REST_VARIANTS.flatMap((one) =>
      rested.map((policy) =>
        weigh(variantPeerId(one, policy), { kind: 'peer', policy }, one.weather, one.constants),
      ),
    ),
  ];
  return [...new Map(all.map((cell) => [cell.id, cell])).values()];
}

/** Divides the chat messages of a run among its cells. */
export function planRun(messages: number, seed: number): PlannedCell[] {
  const all = weighedCells();
  const weights = all.reduce((sum, { weight }) => sum + weight, 0);
  return all.map(({ weight, ...cell }) => ({
    ...cell,
    seed,
    drafts: Math.max(1, Math.round((messages * weight) / weights)),
  }));
}
