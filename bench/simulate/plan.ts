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

const VANISH = WEATHERS.find(({ fault }) => fault === 'vanish') ?? REFERENCE;

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
  { name: 'as in the code, no loss', constants: {}, weather: { ...VANISH, name: 'no loss', loss: 0 } },
];

/** A cell, and with which constants. */
export interface PlannedCell extends Cell {
  constants: Constants;
}

type Share = PlannedCell & { weight: number };

export const peerId = (weather: Weather, { name }: Pick<Policy, 'name'>): string =>
  `${weather.name} / peer / ${name}`;
export const oursId = (weather: Weather, { name }: Ours): string => `${weather.name} / ours / ${name}`;
export const variantId = ({ name, weather }: Variant, ours: Ours): string =>
  `${oursId(weather, ours)} / ${name}${weather.fault === undefined ? '' : ` / ${weather.fault}`}`;

function share(
  id: string,
  subject: Cell['subject'],
  weather: Weather,
  weight: number,
  constants: Constants = {},
): Share {
  return { id, subject, weather, weight, constants, drafts: 0, seed: 0 };
}
const peer = (policy: Policy, weather: Weather, weight: number): Share =>
  share(peerId(weather, policy), { kind: 'peer', policy }, weather, weight);

/** Rare events need many drafts where a goal hangs on them. */
function shares(): Share[] {
  const others = WEATHERS.filter((weather) => weather !== REFERENCE);
  const ours = (one: Ours, weather: Weather, weight: number): Share =>
    share(oursId(weather, one), { kind: 'ours', ours: one }, weather, weight);
  return [
    ...OURS.map((one) => ours(one, REFERENCE, 24)),
    ...others.flatMap((weather) => OURS.map((one) => ours(one, weather, 5))),
    ...VARIANTS.flatMap((variant) =>
      [HELD, TRIED_EXPIRING].map((one) =>
        share(variantId(variant, one), { kind: 'ours', ours: one }, REFERENCE, 8, variant.constants),
      ),
    ),
    ...CRASH_VARIANTS.map((variant) =>
      share(variantId(variant, HELD), { kind: 'ours', ours: HELD }, variant.weather, 8, variant.constants),
    ),
    ...[...SYSTEMS, ...REFERENCES.map(({ policy }) => policy)].map((policy) => peer(policy, REFERENCE, 6)),
    ...others.flatMap((weather) => SYSTEMS.map((policy) => peer(policy, weather, 2))),
  ];
}

/** Divides the chat messages of a run among its cells. */
export function planRun(messages: number, seed: number): PlannedCell[] {
  const all = shares();
  const weights = all.reduce((sum, { weight }) => sum + weight, 0);
  return all.map(({ weight, ...cell }) => ({
    ...cell,
    seed,
    drafts: Math.max(1, Math.round((messages * weight) / weights)),
  }));
}
