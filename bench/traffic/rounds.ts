import type { Bench } from '../measure/part.ts';
import { REFERENCE, type Weather, WEATHERS } from '../simulate/weather.ts';
import type { Contender } from './contenders.ts';
import type { OwnTimes } from './own-time.ts';
import { assertSameWork } from './same-work.ts';
import type { Rounds } from './summary.ts';
import { type Survey, survey } from './survey.ts';

export interface RoundsOptions extends Pick<Bench, 'rounds' | 'signal' | 'say'> {
  /** Conversations of each round; ten drafts each. */
  conversations: number;
  /** Of them, those that are typed once more without loss. */
  lossless: number;
  ownTimes: OwnTimes;
}

const LOSSLESS = weatherOf('no loss');

function weatherOf(name: string): Weather {
  const found = WEATHERS.find((weather) => weather.name === name);
  if (!found) throw new Error(`no weather ${name}`);
  return found;
}

/**
 * Types the conversations of one seed after another, each by all contenders. In each round some are typed without loss
 * first, where it shows whether all do the same work.
 * @throws Error when they do not, or when it was ended
 */
export async function runRounds(contenders: readonly Contender[], options: RoundsOptions): Promise<Rounds> {
  const { rounds, conversations, lossless, ownTimes, signal, say } = options;
  const all = new Map<string, Survey[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const place = { seed: round + 1, ownTimes, signal };
    const checked = await survey(contenders, { ...place, weather: LOSSLESS, conversations: lossless });
    assertSameWork(checked, { isLossless: true });
    const surveys = await survey(contenders, { ...place, weather: REFERENCE, conversations });
    assertSameWork(surveys, { isLossless: false });
    for (const one of surveys) all.get(one.name)?.push(one);
    say(`traffic: seed ${round + 1} of ${rounds}`);
  }
  return all;
}
