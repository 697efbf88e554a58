import { fixed, markdownTable, share } from './format.ts';
import type { Measures } from './measures.ts';
import { accuracyGain, type Estimate, isToldApart } from './paired.ts';
import { HELD, HELD_UNCLEARED } from './plan.ts';
import { SYSTEMS } from './policies.ts';
import type { Results } from './results.ts';
import { REFERENCE, type Weather, WEATHERS } from './weather.ts';

/** How the held row stands beside the other systems under one weather, in the same conversations. */
export interface Standing {
  weather: Weather;
  held: Measures;
  /** Those that are right more of the time by more than chance, the best first. */
  better: { name: string; measures: Measures; gain: Estimate }[];
  /** Those that chance may explain. */
  level: string[];
}

export function standingIn(results: Results, weather: Weather): Standing {
  const held = results.ours(HELD, weather);
  const all = SYSTEMS.map((policy) => {
    const { each, measures } = results.peer(policy, weather);
    return { name: policy.name, measures, gain: accuracyGain(each, held.each) };
  });
  return {
    weather,
    held: held.measures,
    better: all
      .filter(({ gain }) => gain.value > 0 && isToldApart(gain))
      .sort((one, other) => other.gain.value - one.gain.value),
    level: all.filter(({ gain }) => !isToldApart(gain)).map(({ name }) => name),
  };
}

/** Seconds per typing minute that held is wrong more than another. */
const more = (held: Measures, other: Measures) => ({
  dark: held.falseOff - other.falseOff,
  sent: held.falseOnSent - other.falseOnSent,
  abandoned: held.falseOnAbandoned - other.falseOnAbandoned,
  crashed: held.falseOnCrashed - other.falseOnCrashed,
});
type More = ReturnType<typeof more>;

const WORDS: readonly [keyof More, string][] = [
  ['dark', 'dark while the guest types'],
  ['sent', 'lit after a message'],
  ['abandoned', 'lit after an abandoned draft'],
  ['crashed', 'lit after a crash'],
];

/** What a rule of this relay has to do with it; said only where most of the difference lies there. */
const WHY: Partial<Record<NonNullable<Weather['fault']> | 'loss', [where: keyof More, why: string]>> = {
  disconnect: [
    'dark',
    '`$disconnect` makes the relay send the "off" that is owed, and the guest types on: a bubble that only expires outlives much of the cut',
  ],
  crash: ['crashed', 'a `$disconnect` that is lost leaves it to the silence'],
  vanish: [
    'crashed',
    'nothing tells a guest who is gone from one who reads before the silence is over, 10 s; a bubble that expires sooner than that ends sooner',
  ],
  limit: [
    'dark',
    "the relay is silent until `retryAfter`, and speaks with the client's next frame after it; the models try on, and one that repeats often is heard sooner",
  ],
  loss: [
    'dark',
    'an "on" that is lost is missed until the next, up to 5 s later; who repeats more often misses less',
  ],
};

function whyOf({ weather, held, better: [best] }: Standing): string {
  if (!best) return '';
  const difference = more(held, best.measures);
  const [most] = WORDS.toSorted(([one], [other]) => difference[other] - difference[one]);
  const parts = WORDS.filter(([key]) => Math.abs(difference[key]) >= 0.05).map(([key, words]) => {
    const seconds = difference[key];
    return `${fixed(Math.abs(seconds), 1)} s ${seconds > 0 ? 'more' : 'less'} ${words}`;
  });
  const known = WHY[weather.fault ?? 'loss'];
  const reason = known && known[0] === most?.[0] ? `: ${known[1]}` : '';
  const price = `${best.name} makes ${fixed(best.measures.calls, 1)} calls per typing minute, held ${fixed(held.calls, 1)}`;
  return `against ${best.name}, of a typing minute: ${parts.join(', ')}${reason}. ${price}.`;
}

/** Where this relay stands in each weather. */
export function standingTable(results: Results): string {
  const rows = WEATHERS.map((weather) => {
    const standing = standingIn(results, weather);
    const { held, better, level } = standing;
    const names = better.map(({ name, gain }) => `${name} (+${share(gain.value)} ± ${share(gain.error)})`);
    return [
      weather.name,
      `${share(held.accuracy)} ± ${share(held.accuracyError)}`,
      names.length > 0 ? `${names.length}: ${names.join(', ')}` : 'none',
      level.length > 0 ? level.join(', ') : 'none',
      whyOf(standing),
    ];
  });
  const head = [
    'weather',
    'held',
    'systems that are right more of the time',
    'not told apart',
    'where held loses',
  ];
  return markdownTable([head, ...rows], true);
}

/** One sentence: where this relay is not the best. */
export function standingSentence(results: Results): string {
  const standings = WEATHERS.map((weather) => standingIn(results, weather));
  const here = standings.find(({ weather }) => weather === REFERENCE);
  const better = here?.better.map(({ name }) => name) ?? [];
  const level = here?.level.length ? `; ${here.level.join(', ')} cannot be told apart from it` : '';
  const place =
    better.length === 0
      ? `None of the ${SYSTEMS.length} systems in the table is right more of the time by more than chance${level}.`
      : `Of the ${SYSTEMS.length} systems in the table, right more of the time: ${better.join(', ')}${level}.`;
  const behind = standings
    .filter((standing) => standing.weather !== REFERENCE && standing.better.length > 0)
    .map((standing) => `${standing.weather.name} (${standing.better.length})`);
  const elsewhere =
    behind.length === 0
      ? 'Nor is any in another weather.'
      : `In other weather some are: ${behind.join(', ')}; "In every weather" says which and why.`;
  return `${place} ${elsewhere}`;
}

/** A far side that only an "off" clears, where an upstream refuses. */
export function refusedOffs(results: Results): string {
  const weather = WEATHERS.find(({ fault }) => fault === 'limit') ?? REFERENCE;
  const cleared = results.ours(HELD, weather);
  const uncleared = results.ours(HELD_UNCLEARED, weather);
  const loss = accuracyGain(cleared.each, uncleared.each);
  if (loss.value <= 0 || !isToldApart(loss)) return '';
  return `Where only an "off" clears the bubble a 429 costs ${share(loss.value)} ± ${share(loss.error)} more: an "off" that is refused waits until \`retryAfter\`, and the bubble stays for ${fixed(uncleared.measures.stuckSent, 1)} s after a message instead of ${fixed(cleared.measures.stuckSent, 1)} s, on average over all drafts.\n`;
}
