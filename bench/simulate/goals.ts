import { count, fixed, percent, share } from './format.ts';
import { CLIENT_IDLE_MS } from '../../client/constants.ts';
import { CRASH_VARIANTS, EXPIRING, HELD, VANISH, type Variant } from './plan.ts';
import type { CellResult } from './cells.ts';
import { RETRY_OFF_MS, UPSTREAM_DEADLINE_MS } from '../../functions/relay/constants.ts';
import type { Results } from './results.ts';
import { REFERENCE, WEATHERS } from './weather.ts';

/** What was asked of this relay at 1 % loss, and what was measured. */
export interface Goal {
  what: string;
  asked: string;
  measured: string;
  isMet: boolean;
  /** Nearer to the limit than the standard error. */
  isClose?: boolean;
  /** Why, and what bounds it. */
  why: string;
}

const crashVariant = (isNamed: (variant: Variant) => boolean): Variant => {
  const found = CRASH_VARIANTS.find(isNamed);
  if (!found) throw new Error('No such variant');
  return found;
};

function heldGoals(results: Results): Goal[] {
  const { measures } = results.ours(HELD);
  const lossless = results.ours(HELD, WEATHERS.find(({ loss }) => loss === 0) ?? REFERENCE).measures;
  const floor = count((60_000 * results.ours(HELD).counts.drafts * 2) / results.ours(HELD).typingMs);
  return [
    {
      what: 'held: accuracy',
      asked: '≥ .945',
      measured: `${share(measures.accuracy)} ± ${share(measures.accuracyError)}`,
      isMet: measures.accuracy >= 0.945,
      isClose: Math.abs(measures.accuracy - 0.945) < measures.accuracyError,
      why: `${fixed(measures.falseOff, 1)} s of a typing minute are dark: the way of the first "on", pauses above the idle time, what is lost. ${fixed(measures.falseOnAbandoned, 1)} s are lit after abandoned drafts.`,
    },
    {
      what: 'held: flickers per typing minute',
      asked: '≤ 0.6',
      measured: `${fixed(measures.flickers, 2)} ± ${fixed(measures.flickersError, 2)}`,
      isMet: measures.flickers <= 0.6,
      why: `Without loss they are ${fixed(lossless.flickers, 2)}${lossless.flickers > 0.8 * measures.flickers ? ': most are pauses above the idle time of the client, who cannot know then that the guest goes on' : ''}.`,
    },
    {
      what: 'held: upstream calls per typing minute',
      asked: '≤ 12',
      measured: fixed(measures.calls, 1),
      isMet: measures.calls <= 12,
      why: `The floor is a change each way per draft: about ${floor}. The rest are pauses and what is said again.`,
    },
    {
      what: 'held: stuck after an abandoned draft',
      asked: '≤ 6.5 s',
      measured: `mean ${fixed(measures.stuckAbandoned, 1)} s, p95 ${fixed(measures.stuckAbandonedP95, 1)} s`,
      isMet: measures.stuckAbandoned <= 6.5,
      why:
        measures.stuckAbandonedP95 * 1_000 < CLIENT_IDLE_MS + 1_000
          ? `The idle time of the client, ${fixed(CLIENT_IDLE_MS / 1_000, 0)} s, and the way.`
          : '',
    },
  ];
}

/** How long a bubble stays whose "off" is lost follows from two constants; it is not the least that could be. */
function whyLate({ counts }: CellResult, { measures }: CellResult): string {
  const again = (UPSTREAM_DEADLINE_MS + RETRY_OFF_MS) / 1_000;
  const longest = fixed(measures.stuckCrashedMax, 1);
  return `Without loss the longest is ${longest} s: the silence, counted from the last sign of life, and the way. Of the ${count(counts.lateCrashes)} above 11 s an "off" was lost upstream in ${count(counts.lateWithLostOff)}. That is a consequence of two constants: a loss is known at the deadline of ${fixed(UPSTREAM_DEADLINE_MS / 1_000, 0)} s and the "off" is sent again ${fixed(RETRY_OFF_MS / 1_000, 0)} s later, so the bound is ${longest} s and ${fixed(again, 0)} s for each "off" that is lost.`;
}

function crashGoals(results: Results): Goal[] {
  const usual = results.ours(HELD, VANISH);
  const lossless = results.variant(
    crashVariant(({ weather }) => weather.loss === 0),
    HELD,
  );
  const seen = results.ours(HELD, WEATHERS.find(({ fault }) => fault === 'crash') ?? REFERENCE);
  return [
    {
      what: 'held: stuck after a crash that nobody is told of',
      asked: '≤ 11 s',
      measured: `p95 ${fixed(usual.measures.stuckCrashedP95, 1)} s, max ${fixed(usual.measures.stuckCrashedMax, 1)} s; ${percent(usual.measures.lateCrashed)} of ${count(usual.counts.crashes)} crashes are above 11 s`,
      isMet: usual.measures.stuckCrashedMax <= 11,
      why: whyLate(usual, lossless),
    },
    {
      what: 'held: stuck after a crash that is seen at once',
      asked: '≤ 11 s',
      measured: `p95 ${fixed(seen.measures.stuckCrashedP95, 1)} s, max ${fixed(seen.measures.stuckCrashedMax, 1)} s`,
      isMet: seen.measures.stuckCrashedMax <= 11,
      why: `The "off" of \`$disconnect\` ends it. ${count(seen.counts.lateCrashes)} of ${count(seen.counts.crashes)} are above 11 s${seen.counts.lateCrashes > 0 ? `, ${count(seen.counts.lateWithLostOff)} of them with an "off" lost` : ''}. A \`$disconnect\` that is lost, half as often as a frame, leaves it to the silence.`,
    },
  ];
}

function expiringGoals(results: Results): Goal[] {
  const [five, ...longer] = EXPIRING.map((ours) => results.ours(ours).measures);
  const calls = five?.calls ?? NaN;
  const asked = EXPIRING.slice(1).map(({ name }, index) => {
    const measures = longer[index];
    const flickers = measures?.flickers ?? NaN;
    return {
      what: `${name}: flickers per typing minute`,
      asked: '≤ 1.2',
      measured: `${fixed(flickers, 3)} ± ${fixed(measures?.flickersError ?? NaN, 2)}`,
      isMet: flickers <= 1.2,
      isClose: Math.abs(flickers - 1.2) < (measures?.flickersError ?? 0),
      why:
        index === 0
          ? 'The margin over the refresh of 5 s is 1 s: a key that comes more than that late, a lost "on" and a longer pause each cost one.'
          : 'Pauses that are longer than the far side shows an "on", and lost "on"s.',
    };
  });
  return [
    {
      what: 'expiring: upstream calls per typing minute',
      asked: '≤ 13',
      measured: fixed(calls, 1),
      isMet: calls <= 13,
      why: 'One with the first key of a draft, then one every 5 s with a key. There is no "off".',
    },
    ...asked,
  ];
}

export const goalsOf = (results: Results): Goal[] => [
  ...heldGoals(results),
  ...crashGoals(results),
  ...expiringGoals(results),
];
