import { availableParallelism } from 'node:os';
import { install } from '../../test/cross/install.ts';
import { makeClosers } from '../../local/closers.ts';
import { figureOf, ratioOf } from '../measure/figures.ts';
import type { Bench } from '../measure/part.ts';
import { takeTurns } from '../measure/turns.ts';
import { quantile } from '../simulate/measures.ts';
import { holdWhole, mustAllType } from './check.ts';
import { P99_SAMPLES, type P99, type SideFigures, type ThroughputFigures } from './figures.ts';
import { type Side, type SideName, startSide } from './side.ts';
import { briefly, type Candidates, rateOf, settle, type Settled, tryOut } from './ways.ts';
import type { Account, TypingOptions } from './wire.ts';

/** How much is done. */
interface Size {
  connections: number;
  ours: Candidates;
  theirs: Candidates;
  /** Messages under way that show what too many do. */
  tooMany: number;
  triedMs: number;
  /** Everyone has typed once by then. */
  allTypeWithinMs: number;
  measuredMs: number;
  lowPerSecond: number;
  lowWarmUpMs: number;
  lowMs: number;
}

const CORES = availableParallelism();

const FULL: Size = {
  connections: 1_000,
  // Fewer than a core's leave a core idle, and of many more each does less.
  ours: {
    environments: [CORES, 2 * CORES, 4 * CORES],
    underWay: [8, 16, 32, 64],
    firstMs: 5_000,
    warmUpMs: 500,
    triedMs: 1_500,
  },
  theirs: {
    environments: [undefined],
    underWay: [4, 8, 16, 32, 64],
    firstMs: 8_000,
    warmUpMs: 500,
    triedMs: 1_500,
  },
  tooMany: 128,
  triedMs: 1_500,
  allTypeWithinMs: 120_000,
  measuredMs: 3_000,
  lowPerSecond: 50,
  lowWarmUpMs: 250,
  lowMs: 1_500,
};
const QUICK: Size = {
  connections: 20,
  ours: { environments: [2], underWay: [2], firstMs: 1, warmUpMs: 1, triedMs: 300 },
  theirs: { environments: [undefined], underWay: [2], firstMs: 1, warmUpMs: 1, triedMs: 300 },
  tooMany: 4,
  triedMs: 300,
  allTypeWithinMs: 60_000,
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
  const { add, closeAll } = makeClosers();
  try {
    const sides = await settleAll(bench, size, add);
    return await measureSides(sides, size, bench);
  } finally {
    await closeAll();
  }
}

type Sides = ReadonlyMap<SideName, Settled>;

/** Starts all sides, each in the setting that suits it best: one after another where times are told. */
async function settleAll(
  { node, quick, signal, say }: Bench,
  size: Size,
  add: (side: Side) => Side,
): Promise<Sides> {
  const { connections } = size;
  const sides = new Map<SideName, Settled>();
  await eachOf(NAMES, quick, async (name) => {
    const settled = await settle(
      name,
      name === 'local run' ? size.ours : size.theirs,
      async (environments) => {
        signal.throwIfAborted();
        say(`${name}: ${connections} connections …`);
        return add(await startSide({ name, node: node.file, connections, environments, signal }));
      },
    );
    sides.set(name, settled);
  });
  return sides;
}

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
  const { connections, measuredMs } = size;
  const asked = await askEveryone(sides, size, bench);
  const most = await interleaved(sides, bench, measuredMs, (underWay) => briefly(underWay, measuredMs));
  const low = await interleaved(sides, bench, size.lowMs, () => ({
    underWay: connections,
    perSecond: size.lowPerSecond,
    warmUpMs: size.lowWarmUpMs,
    measuredMs: size.lowMs,
  }));
  // Last, since what started for so many at once stays.
  await eachOf(sides.values(), bench.quick, async ({ side, way }) => {
    const { environments } = way;
    way.tried.push({
      ...(await tryOut(side, size.tooMany, size.triedMs)),
      ...(environments && { environments }),
    });
  });
  const sideFigures = (name: SideName): SideFigures => {
    const { side, way } = of(sides, name);
    const [mostOf, lowOf] = [of(most.accounts, name), of(low.accounts, name)];
    const measured = new Set([...mostOf, ...lowOf].flatMap(({ sessions }) => sessions)).size;
    return {
      ...way,
      openedIn: side.openedIn,
      sessions: { asked: of(asked, name), measured },
      most: { ...loadOf(mostOf, of(most.rates, name)), cpu: cpuOf(mostOf, name !== 'local run') },
      low: loadOf(lowOf, of(low.rates, name)),
      ...total([...mostOf, ...lowOf]),
    };
  };
  const rates = of(most.rates, 'local run');
  return {
    connections,
    lowPerSecond: size.lowPerSecond,
    cores: CORES,
    ours: sideFigures('local run'),
    threads: sideFigures('threads'),
    inProcess: sideFigures('in-process'),
    overThreads: ratioOf(rates, of(most.rates, 'threads')),
    overInProcess: ratioOf(rates, of(most.rates, 'in-process')),
  };
}

/**
 * Has every guest type once, so that all connections are known to be of use.
 * @returns how many did, by side
 * @throws Error when the frames of some were not relayed
 */
async function askEveryone(
  sides: Sides,
  { connections, allTypeWithinMs }: Size,
  { quick, signal, say }: Bench,
): Promise<ReadonlyMap<SideName, number>> {
  const asked = new Map<SideName, number>();
  await eachOf(sides, quick, async ([name, settled]) => {
    signal.throwIfAborted();
    const { sessions } = await hold(name, settled, (underWay) => ({
      ...briefly(underWay, allTypeWithinMs),
      once: true,
    }));
    mustAllType(name, sessions, connections);
    say(`${name}: all of ${connections} guests typed`);
    asked.set(name, sessions.length);
  });
  return asked;
}

/** Has a side type until every message came upstream once. @throws Error when that never is so */
async function hold(
  name: SideName,
  { side, way }: Settled,
  typing: (underWay: number) => TypingOptions,
): Promise<Account> {
  const held = await holdWhole(name, way.underWay, (underWay) => side.type(typing(underWay)));
  way.broken.push(...held.broken);
  // A load by the clock has another number of them under way.
  if (typing(held.underWay).perSecond === undefined) way.underWay = held.underWay;
  return held.account;
}

interface Rounds {
  accounts: ReadonlyMap<SideName, Account[]>;
  rates: ReadonlyMap<string, number[]>;
}

async function interleaved(
  sides: Sides,
  { rounds, signal, say }: Bench,
  measuredMs: number,
  typing: (underWay: number) => TypingOptions,
): Promise<Rounds> {
  const accounts = new Map(NAMES.map((name): [SideName, Account[]] => [name, []]));
  const contender = (name: SideName) => async (): Promise<number> => {
    const account = await hold(name, of(sides, name), typing);
    of(accounts, name).push(account);
    return rateOf(account, measuredMs);
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

function loadOf(accounts: readonly Account[], rates: readonly number[]): SideFigures['low'] {
  const p50 = figureOf(accounts.map(({ latencies }) => quantile(latencies, 0.5)));
  return { perSecond: figureOf(rates), p50, p99: p99Of(accounts) };
}

/** @param isApart whether the table and the org are a process of their own, so that they can be told apart */
export function cpuOf(
  accounts: readonly Pick<Account, 'sent' | 'cpu'>[],
  isApart: boolean,
): SideFigures['most']['cpu'] {
  const rounds = accounts.flatMap(({ sent, cpu }) => (cpu && sent > 0 ? [{ sent, ...cpu }] : []));
  if (rounds.length === 0) return undefined;
  const all = figureOf(rounds.map(({ sent, stack, clients }) => (stack + clients) / sent));
  if (!isApart) return { all };
  return { all, around: figureOf(rounds.map(({ sent, leader, clients }) => (leader + clients) / sent)) };
}

/** Of all rounds together: one round has too few. */
export function p99Of(accounts: readonly Pick<Account, 'latencies'>[]): P99 {
  const all = accounts.flatMap(({ latencies }) => latencies).toSorted((one, other) => one - other);
  const samples = all.length;
  return samples < P99_SAMPLES ? { samples } : { samples, ms: quantile(all, 0.99) };
}

const total = (accounts: readonly Account[]): Pick<SideFigures, 'sent' | 'repeated'> => ({
  sent: accounts.reduce((sum, { sent }) => sum + sent, 0),
  repeated: accounts.reduce((sum, { repeated }) => sum + repeated, 0),
});
