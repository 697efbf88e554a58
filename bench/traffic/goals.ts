import type { Goal } from '../measure/part.ts';
import type { Figure } from '../measure/figures.ts';
import { fixed, share } from '../simulate/format.ts';
import { type Estimate, isToldApart } from '../simulate/paired.ts';
import type { Rival, Standing, TrafficFigures } from './figures.ts';

/** What was asked of this part, and whether it was met. */

const MOST_PER_MINUTE = 0.05;
const MOST_PER_FRAME = 0.56;

/** A system is as right as ours unless ours is right more of the time by more than two standard errors. */
export const isAsRight = ({ accuracyMore }: Rival): boolean =>
  accuracyMore.value <= 0 || !isToldApart(accuracyMore);

/** Ours makes fewer calls, by more than two standard errors. */
export const makesFewerCalls = ({ callsMore }: Rival): boolean =>
  callsMore.value < 0 && isToldApart(callsMore);

/** `+.0014 ± .0004` */
export const signed = ({ value, error }: Estimate, digits: number): string =>
  `${value < 0 ? '−' : '+'}${share(Math.abs(value), digits)} ± ${share(error, digits)}`;

/** `0.081× (0.080 to 0.083)`: what is asked for is small, so three places. */
export const timesOf = ({ median, min, max }: Figure): string =>
  `${fixed(median, 3)}× (${fixed(min, 3)} to ${fixed(max, 3)})`;

function callsGoal(name: string, where: string, rivals: readonly Rival[]): Goal {
  const right = rivals.filter(isAsRight);
  const told = right.map(
    (rival) =>
      `${rival.name} (accuracy of ours ${signed(rival.accuracyMore, 4)}, calls ${signed(rival.callsMore, 2)})`,
  );
  return {
    what: `${name}: upstream calls, others before ${where}`,
    wanted: 'fewer than any system that is as right or more',
    measured:
      told.length > 0 ? `as right: ${told.join(', ')}` : `none of ${rivals.length} systems is as right`,
    isMet: right.every(makesFewerCalls),
  };
}

const callsGoals = ({ name, sameUpstream, ownFarSides }: Standing): Goal[] => [
  callsGoal(name, 'the same upstream', sameUpstream),
  callsGoal(name, 'their own far sides', ownFarSides),
];

function costGoals({ name, tutorial, perMinute, perSameFrame }: Standing): Goal[] {
  const goal = (what: string, most: number, ratio: Figure): Goal => ({
    what: `${name}, beside ${tutorial}: cost of ${what}`,
    wanted: `≤ ${fixed(most, 2)}×`,
    measured: timesOf(ratio),
    isMet: ratio.median <= most,
  });
  return [
    goal('a typing minute, each with its own client', MOST_PER_MINUTE, perMinute),
    goal('a client frame, the same frames to both', MOST_PER_FRAME, perSameFrame),
  ];
}

export const goalsOf = ({ standings }: TrafficFigures): Goal[] => [
  ...standings.flatMap(costGoals),
  ...standings.flatMap(callsGoals),
];
