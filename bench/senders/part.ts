import { type Bench, definePart, type Part } from '../measure/part.ts';
import { figureOf, ratioOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { type MeasureSide, withChildren } from './children.ts';
import { figures, type ContestFigures } from './figures.ts';
import { type ContestName, CONTESTS } from './outcome.ts';
import { makeSameWork } from './same-work.ts';
import { section } from './section.ts';

/** For so long each side of a contest is measured in each round; quick, only that it can be. */
const ROUND_MS = 300;
const QUICK_MS = 10;

const isOurs = (side: string): boolean => side.startsWith('ours');

/** All rounds of one contest: its sides in turn, each in a new process. @throws Error when they did not do the same */
async function hold(contest: ContestName, measure: MeasureSide, bench: Bench): Promise<ContestFigures> {
  const sides = CONTESTS[contest];
  const same = makeSameWork();
  const said = new Map<string, number>();
  let steps = 0;
  bench.say(`${contest}: ${sides.join(', ')}`);
  const contenders = Object.fromEntries(
    sides.map((side) => [
      side,
      async () => {
        const outcome = await measure(contest, side, bench.quick ? QUICK_MS : ROUND_MS);
        same.add(side, outcome);
        said.set(side, outcome.said);
        ({ steps } = outcome);
        return outcome.ns;
      },
    ]),
  );
  const { rounds, signal } = bench;
  const values = await takeTurns(contenders, { rounds, signal });
  const valuesOf = (side: string): number[] => values.get(side) ?? [];
  const peers = sides.filter((side) => side === 'Zulip' || side === 'Stream');
  return {
    steps,
    sides: sides.map((name) => ({ name, said: said.get(name) ?? 0, ns: figureOf(valuesOf(name)) })),
    ratios: sides
      .filter(isOurs)
      .flatMap((ours) =>
        peers.map((theirs) => ({ ours, theirs, ratio: ratioOf(valuesOf(ours), valuesOf(theirs)) })),
      ),
  };
}

/** What a key costs the page, and a message the relay, beside two other systems' published senders. */
export const senders: Part = definePart({
  name: 'senders',
  title: 'A key in the page, a message in the relay',
  figures,
  measure: (bench) =>
    withChildren(bench, async (measure) => ({
      keys: await hold('keys', measure, bench),
      messages: await hold('messages', measure, bench),
      first: await hold('first', measure, bench),
      frames: await hold('frames', measure, bench),
      asking: await hold('asking', measure, bench),
      decisions: await hold('decisions', measure, bench),
    })),
  section,
});
