import { availableParallelism } from 'node:os';
import { install } from '../../test/cross/install.ts';
import { figureOf, ratioOf } from '../measure/figures.ts';
import type { Bench } from '../measure/part.ts';
import { takeTurns } from '../measure/turns.ts';
import { quantile } from '../simulate/measures.ts';
import { holdWhole } from './check.ts';
import type { SideFigures, ThroughputFigures } from './figures.ts';
import { type Side, type SideName, startSide } from './side.ts';
import type { Account, TypingOptions } from './wire.ts';

/** How much is done. */
interface Size {
  connections: number;
  /** Functions start, and compile: what is lost meanwhile is no comparison. */
  warmUp: readonly TypingOptions[];
  /** Numbers of messages under way that are tried, and the one that shows what too many do. */
  underWay: readonly number[];
  tooMany: number;
  triedMs: number;
  measuredMs: number;
  lowPerSecond: number;
  lowWarmUpMs: number;
  lowMs: number;
}

const briefly = (underWay: number, measuredMs: number): TypingOptions => ({
  underWay,
  warmUpMs: 0,
  measuredMs,
});

const FULL: Size = {
  connections: 1_000,
  warmUp: [briefly(2, 1_500), briefly(8, 2_000)],
  underWay: [8, 32],
  tooMany: 64,
  triedMs: 2_000,
  measuredMs: 3_000,
  lowPerSecond: 50,
  lowWarmUpMs: 500,
  lowMs: 1_500,
};
const QUICK: Size = {
  connections: 20,
  warmUp: [],
  underWay: [2],
  tooMany: 4,
  triedMs: 500,
  measuredMs: 600,
  lowPerSecond: 10,
  lowWarmUpMs: 0,
  lowMs: 500,
};

const NAMES = ['local run', 'in-process', 'threads'] as const satisfies readonly SideName[];

/** Relayed messages a second, on the local run and under serverless-offline. */
export async function measureThroughput(bench: Bench): Promise<ThroughputFigures> {
  await install();
  const size = bench.quick ? QUICK : FULL;
  const sides = await startAll(bench, size.connections);
  try {
    return await measureSides(sides, size, bench);
  } finally {
    await closeAll(sides);
  }
}

type Sides = ReadonlyMap<SideName, Side>;

/** Starts all sides: one after another where it is told how long that took. */
async function startAll({ node, quick, signal, say }: Bench, connections: number): Promise<Sides> {
  const sides = new Map<SideName, Side>();
  const start = async (name: SideName): Promise<void> => {
    signal.throwIfAborted();
    say(`${name}: ${connections} connections …`);
    sides.set(name, await startSide({ name, node: node.file, connections, signal }));
  };
  try {
    await eachOf(NAMES, quick, start);
    return sides;
  } catch (error) {
    await closeAll(sides);
    throw error;
  }
}

const closeAll = (sides: Sides): Promise<unknown> =>
  Promise.all([...sides.values()].map(({ close }) => close()));

/** At once, or one after another. @throws the first failure, once none is under way any more */
async function eachOf<T>(all: Iterable<T>, atOnce: boolean, act: (one: T) => Promise<void>): Promise<void> {
  if (!atOnce) {
    for (const one of all) await act(one);
    return;
  }
  const failed = (await Promise.allSettled([...all].map(act))).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function measureSides(sides: Sides, size: Size, bench: Bench): Promise<ThroughputFigures> {
  const ways = new Map<SideName, Way>();
  await eachOf(sides, bench.quick, async ([name, side]) => {
    bench.signal.throwIfAborted();
    ways.set(name, await findWay(name, side, size));
  });
  const most = await interleaved(sides, bench, size.measuredMs, ways, (underWay) =>
    briefly(underWay, size.measuredMs),
  );
  const low = await interleaved(sides, bench, size.lowMs, ways, () => ({
    underWay: size.connections,
    perSecond: size.lowPerSecond,
    warmUpMs: size.lowWarmUpMs,
    measuredMs: size.lowMs,
  }));
  // Last, since what started for so many at once stays.
  await eachOf(sides, bench.quick, async ([name, side]) => {
    ways.get(name)?.tried.push(await tryOut(side, size.tooMany, size.triedMs));
  });
  const sideFigures = (name: SideName): SideFigures => {
    const accounts = { most: of(most.accounts, name), low: of(low.accounts, name) };
    return {
      openedIn: sides.get(name)?.openedIn ?? 0,
      ...of(ways, name),
      most: loadOf(accounts.most, of(most.rates, name)),
      low: loadOf(accounts.low, of(low.rates, name)),
      ...total([...accounts.most, ...accounts.low]),
    };
  };
  const rates = of(most.rates, 'local run');
  return {
    connections: size.connections,
    lowPerSecond: size.lowPerSecond,
    cores: availableParallelism(),
    ours: sideFigures('local run'),
    threads: sideFigures('threads'),
    inProcess: sideFigures('in-process'),
    overThreads: ratioOf(rates, of(most.rates, 'threads')),
    overInProcess: ratioOf(rates, of(most.rates, 'in-process')),
  };
}

type Way = Pick<SideFigures, 'underWay' | 'tried' | 'broken'>;

/** Warms a side up, and finds how many messages under way suit it best. @throws Error when it loses some at each */
async function findWay(name: SideName, side: Side, { warmUp, underWay: all, triedMs }: Size): Promise<Way> {
  for (const typing of warmUp) await side.type(typing);
  const tried: Way['tried'] = [];
  for (const underWay of all) tried.push(await tryOut(side, underWay, triedMs));
  const [best] = tried
    .filter(({ lost }) => lost === 0)
    .toSorted((one, other) => other.perSecond - one.perSecond);
  if (best === undefined)
    throw new Error(`${name}: messages were lost at each load: ${JSON.stringify(tried)}`);
  return { underWay: best.underWay, tried, broken: [] };
}

async function tryOut(side: Side, underWay: number, triedMs: number): Promise<Way['tried'][number]> {
  const account = await side.type(briefly(underWay, triedMs));
  return { underWay, perSecond: rateOf(account, triedMs), lost: account.lost };
}

interface Rounds {
  accounts: ReadonlyMap<SideName, Account[]>;
  rates: ReadonlyMap<string, number[]>;
}

async function interleaved(
  sides: Sides,
  { rounds, signal, say }: Bench,
  measuredMs: number,
  ways: ReadonlyMap<SideName, Way>,
  typing: (underWay: number) => TypingOptions,
): Promise<Rounds> {
  const accounts = new Map(NAMES.map((name): [SideName, Account[]] => [name, []]));
  const contender = (name: SideName) => async (): Promise<number> => {
    const [side, way] = [of(sides, name), of(ways, name)];
    const held = await holdWhole(name, way.underWay, (underWay) => side.type(typing(underWay)));
    way.underWay = held.underWay;
    way.broken.push(...held.broken);
    of(accounts, name).push(held.account);
    return rateOf(held.account, measuredMs);
  };
  const contenders = Object.fromEntries(NAMES.map((name) => [name, contender(name)]));
  let done = 0;
  const progress = (): void => {
    done += 1;
    if (done % NAMES.length === 0) say(`round ${done / NAMES.length} of ${rounds}`);
  };
  return { accounts, rates: await takeTurns(contenders, { rounds, signal, progress }) };
}

/** @throws Error for a name that there is not */
function of<T>(all: ReadonlyMap<string, T>, name: SideName): T {
  const one = all.get(name);
  if (one === undefined) throw new Error(`nothing is known of ${name}`);
  return one;
}

const rateOf = ({ latencies }: Account, measuredMs: number): number =>
  (1_000 * latencies.length) / measuredMs;

function loadOf(accounts: readonly Account[], rates: readonly number[]): SideFigures['most'] {
  const at = (share: number) => figureOf(accounts.map(({ latencies }) => quantile(latencies, share)));
  return { perSecond: figureOf(rates), p50: at(0.5), p99: at(0.99) };
}

const total = (accounts: readonly Account[]): Pick<SideFigures, 'sent' | 'repeated'> => ({
  sent: accounts.reduce((sum, { sent }) => sum + sent, 0),
  repeated: accounts.reduce((sum, { repeated }) => sum + repeated, 0),
});
