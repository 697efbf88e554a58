import type { Figure } from '../measure/figures.ts';
import type { Goal } from '../measure/part.ts';
import { times } from '../measure/words.ts';
import { TLS_VERSIONS, type TlsVersion } from './far-side.ts';
import { type Contender, type Fault, type Figures, type ThawFigures } from './figures.ts';
import { GAPS, type Gap } from './gaps.ts';
import { asFast, callOf, counted, GAP_NAMES, swapped, thawOf } from './words.ts';

/** How a far side can close so that a sender can see it. */
export const CLEAN: readonly Fault[] = ['frame', 'fin', 'reset'];
const FASTER = 12;
const BESIDE_CHECK = 1.2;

/** Judged frame after frame; what it is otherwise, and what the sample takes, is said and no goal. */
function tripsGoal(figures: Figures, tls: TlsVersion): Goal {
  const trips = (contender: Contender): Figure => callOf(figures, contender, tls).roundTrips;
  const said = (contender: Contender): string => counted(trips(contender));
  return {
    what: `round trips that block, ${tls.replace('v', ' ')}: kept, ${GAP_NAMES.none} / reconnect (kept takes ${said('kept, idle')} ${GAP_NAMES.idle}; the sample takes ${said('sample')})`,
    wanted: '0 / ≤ 4',
    measured: `${said('kept')} / ${said('reconnect')}`,
    isMet: trips('kept').median === 0 && trips('reconnect').median <= 4,
  };
}

const fasterGoal = (to: string, gap: Gap, ratio: Figure): Goal => ({
  what: `kept socket over the sample, to ${to}, ${GAP_NAMES[gap]}: so many times as fast`,
  wanted: `≥ ${FASTER}×`,
  measured: asFast(ratio),
  isMet: swapped(ratio).median >= FASTER,
});

const besideCheck = (what: string, ratio: Figure): Goal => ({
  what: `healthy socket beside the check of readyState: ${what}`,
  wanted: `≤ ${BESIDE_CHECK.toFixed(1)}×`,
  measured: times(ratio),
  isMet: ratio.median <= BESIDE_CHECK,
});

function lossGoals(figures: Figures): Goal[] {
  const kept = (faults: readonly Fault[]): ThawFigures[] =>
    faults.map((fault) => thawOf(figures, fault, 'kept'));
  const lost = kept(CLEAN).reduce((sum, thaw) => sum + thaw.lost, 0);
  const sent = kept(CLEAN).reduce((sum, thaw) => sum + thaw.sent, 0);
  const mostLost = Math.max(...kept(['silent']).map((thaw) => thaw.mostLost));
  return [
    {
      what: 'lost after a freeze in which the far side closed',
      wanted: '0',
      measured: `${lost} of ${sent}`,
      isMet: lost === 0,
    },
    {
      what: 'lost after a freeze in which the far side fell silent, most in one thaw',
      wanted: '≤ 1',
      measured: String(mostLost),
      isMet: mostLost <= 1,
    },
  ];
}

/** What this part is to reach, and whether it did. */
export function goalsOf(figures: Figures): Goal[] {
  const { ratios, healthy } = figures;
  return [
    ...TLS_VERSIONS.map((tls) => tripsGoal(figures, tls)),
    ...GAPS.flatMap((gap) => [
      fasterGoal("the call's end", gap, ratios[gap].sampleEnd),
      fasterGoal("the frame's arrival", gap, ratios[gap].sampleArrival),
    ]),
    ...lossGoals(figures),
    ...GAPS.map((gap) => besideCheck(`time to arrival, ${GAP_NAMES[gap]}`, ratios[gap].checkedArrival)),
    besideCheck(`time to arrival on a thaw ${GAP_NAMES.idle}`, healthy),
    ...GAPS.map((gap) => besideCheck(`CPU, ${GAP_NAMES[gap]}`, ratios[gap].checkedCpu)),
  ];
}
