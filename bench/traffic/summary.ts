import { type Figure, figureOf, ratioOf } from '../measure/figures.ts';
import { type Cost, costOf, PARTS, total } from '../scale/cost.ts';
import { times } from '../scale/usage.ts';
import { accuracyGain, callsMore, type Estimate, type PerConversation, ratio } from '../simulate/paired.ts';
import {
  CADENCES,
  type Cadence,
  cadencesBefore,
  type Contender,
  CONTENDERS,
  fedOf,
  type Ours,
  OURS,
  SAME_UPSTREAM,
  tutorialOf,
} from './contenders.ts';
import {
  type ContenderFigures,
  type Line,
  lineFigures,
  LINES,
  type Rival,
  type Standing,
  type TrafficFigures,
} from './figures.ts';
import type { OwnTimes } from './own-time.ts';
import type { Survey } from './survey.ts';

/** Makes figures of what the rounds counted. */

const MS_PER_MINUTE = 60_000;
const MILLION = 1_000_000;

const minutesOf = ({ typingMs }: Survey): number => typingMs / MS_PER_MINUTE;

/** Dollars of a million typing minutes. */
const minuteCost = (survey: Survey): Cost => costOf(times(survey.usage, MILLION / minutesOf(survey)));
const minuteDollars = (survey: Survey): number => total(minuteCost(survey));
const frameDollars = (survey: Survey): number => total(costOf(times(survey.usage, MILLION / survey.frames)));

/** As if the functions' own time were so many times what it is taken at. */
const withOwnTime = (survey: Survey, factor: number): Survey => ({
  ...survey,
  usage: { ...survey.usage, lambdaMs: survey.usage.lambdaMs + (factor - 1) * survey.ownMs },
});
const OWN_TIME_FACTORS = [0, 1, 2] as const;

/** What is counted in a round. */
const COUNTS: Readonly<Record<Line, (survey: Survey) => number>> = {
  frames: ({ frames }) => frames,
  invocations: ({ usage }) => usage.invocations,
  reads: ({ usage }) => usage.reads + usage.eventualReads,
  writes: ({ usage }) => usage.writes,
  calls: ({ calls }) => calls,
  queueRequests: ({ usage }) => usage.queueRequests,
  acks: ({ usage, frames }) => usage.messages - frames,
  logBytes: ({ usage }) => usage.logBytes,
  lambdaMs: ({ usage }) => usage.lambdaMs,
  egressBytes: ({ usage }) => usage.egressBytes,
};

/** The conversations of all rounds of a contender, one by one. */
function eachOf(surveys: readonly Survey[]): PerConversation {
  const joined = (key: keyof PerConversation): number[] => surveys.flatMap(({ tally }) => tally.each[key]);
  return {
    totalMs: joined('totalMs'),
    wrongMs: joined('wrongMs'),
    typingMs: joined('typingMs'),
    flickers: joined('flickers'),
    calls: joined('calls'),
  };
}

const perMinute = ({ value, error }: Estimate): Estimate => ({
  value: value * MS_PER_MINUTE,
  error: error * MS_PER_MINUTE,
});

function figuresOf({ name, kind }: Contender, surveys: readonly Survey[]): ContenderFigures {
  const each = eachOf(surveys);
  const wrong = ratio(each.wrongMs, each.totalMs);
  const perMinuteOf = (count: (survey: Survey) => number) =>
    figureOf(surveys.map((survey) => count(survey) / minutesOf(survey)));
  const costs = surveys.map(minuteCost);
  const parts = PARTS.map((part) => ({
    part,
    dollars: costs.reduce((sum, cost) => sum + cost[part], 0) / costs.length,
  }));
  return {
    name,
    kind,
    counts: lineFigures.parse(Object.fromEntries(LINES.map((line) => [line, perMinuteOf(COUNTS[line])]))),
    checks: perMinuteOf(({ checks }) => checks),
    dollarsPerMinute: figureOf(surveys.map(minuteDollars)),
    dollarsPerFrame: figureOf(surveys.map(frameDollars)),
    parts,
    accuracy: { value: 1 - wrong.value, error: wrong.error },
    flickers: perMinute(ratio(each.flickers, each.typingMs)),
  };
}

/** All rounds: what each contender did in each. */
export type Rounds = ReadonlyMap<string, readonly Survey[]>;

function surveysOf(rounds: Rounds, { name }: Pick<Contender, 'name'>): readonly Survey[] {
  const surveys = rounds.get(name);
  if (!surveys) throw new Error(`nothing was counted of ${name}`);
  return surveys;
}

/** Ours beside others, conversation by conversation. */
function rivalsOf(rounds: Rounds, mine: readonly Survey[], others: readonly Cadence[]): Rival[] {
  const each = eachOf(mine);
  return others.map((cadence) => {
    const other = eachOf(surveysOf(rounds, cadence));
    return {
      name: cadence.name,
      accuracyMore: accuracyGain(each, other),
      callsMore: callsMore(each, other),
    };
  });
}

/** One of ours beside its tutorial, with its own client and with the tutorial's, and beside the other systems. */
function standingOf(rounds: Rounds, ours: Ours): Standing {
  const tutorial = tutorialOf(ours);
  const fed = fedOf(ours);
  const mine = surveysOf(rounds, ours);
  const mineFed = surveysOf(rounds, fed);
  const theirs = surveysOf(rounds, tutorial);
  const over = (one: readonly Survey[], dollars: (survey: Survey) => number, factor = 1): Figure => {
    const priced = (surveys: readonly Survey[]): number[] =>
      surveys.map((survey) => dollars(withOwnTime(survey, factor)));
    return ratioOf(priced(one), priced(theirs));
  };
  const ratios = (factor?: number) => ({
    perMinute: over(mine, minuteDollars, factor),
    perSameFrame: over(mineFed, frameDollars, factor),
  });
  return {
    name: ours.name,
    tutorial: tutorial.name,
    fed: fed.name,
    ...ratios(),
    perOwnFrame: over(mine, frameDollars),
    floods: figureOf(mineFed.map((survey) => survey.floods / minutesOf(survey))),
    ownTimes: OWN_TIME_FACTORS.map((factor) => ({ factor, ...ratios(factor) })),
    sameUpstream: rivalsOf(rounds, mine, cadencesBefore(ours)),
    ownFarSides: rivalsOf(rounds, mine, CADENCES),
  };
}

/** @throws Error when a contender was not measured */
export function summarise(rounds: Rounds, ownTimes: OwnTimes): TrafficFigures {
  const figuresOfAll = (contenders: readonly Contender[]): ContenderFigures[] =>
    contenders.map((contender) => figuresOf(contender, surveysOf(rounds, contender)));
  const [any] = OURS;
  const surveys = surveysOf(rounds, any);
  const sum = (count: (survey: Survey) => number): number =>
    surveys.reduce((total, survey) => total + count(survey), 0);
  return {
    seeds: surveys.length,
    drafts: sum(({ drafts }) => drafts),
    keys: sum(({ keys }) => keys),
    typingShare: sum(({ typingMs }) => typingMs) / sum(({ tally }) => tally.totalMs),
    ownTimes,
    contenders: figuresOfAll(CONTENDERS),
    sameUpstream: figuresOfAll(SAME_UPSTREAM),
    standings: OURS.map((ours) => standingOf(rounds, ours)),
  };
}
