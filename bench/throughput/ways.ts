import type { Trial, Way } from './figures.ts';
import type { Side, SideName } from './side.ts';
import type { Account, TypingOptions } from './wire.ts';

/** What a side may be tried with, so that each runs at its best. */
export interface Candidates {
  /** Environments of each function at most; undefined where that cannot be chosen. */
  readonly environments: readonly (number | undefined)[];
  /** Numbers of messages under way. */
  readonly underWay: readonly number[];
  /** Typed once before all tries: a stack gets faster as it compiles, and the order is not to choose. */
  readonly firstMs: number;
  /** Typed before each try: functions start, and what is lost meanwhile is no comparison. */
  readonly warmUpMs: number;
  readonly triedMs: number;
}

/** A side in the setting that suits it best. */
export interface Settled {
  side: Side;
  way: Way;
}

export const briefly = (underWay: number, measuredMs: number): TypingOptions => ({
  underWay,
  warmUpMs: 0,
  measuredMs,
});

/** Messages relayed a second. */
export const rateOf = ({ latencies }: Account, measuredMs: number): number =>
  (1_000 * latencies.length) / measuredMs;

/** Has a side type for a moment with so many messages under way. */
export async function tryOut(side: Side, underWay: number, triedMs: number): Promise<Trial> {
  const account = await side.type(briefly(underWay, triedMs));
  return { underWay, perSecond: rateOf(account, triedMs), lost: account.lost };
}

/**
 * Starts a side with each number of environments, tries it with each number of messages under way, and keeps the one
 * that relays most without a loss.
 * @throws Error when it loses messages with each
 */
export async function settle(
  name: SideName,
  { environments: all, underWay, firstMs, warmUpMs, triedMs }: Candidates,
  start: (environments: number | undefined) => Promise<Side>,
): Promise<Settled> {
  const tried: Trial[] = [];
  let best: { side: Side; trial: Trial } | undefined;
  for (const environments of all) {
    const side = await start(environments);
    let isBest = false;
    await side.type(briefly(underWay.at(underWay.length >> 1) ?? 1, firstMs));
    for (const most of underWay) {
      await side.type(briefly(most, warmUpMs));
      const trial = { ...(await tryOut(side, most, triedMs)), ...(environments && { environments }) };
      tried.push(trial);
      if (trial.lost > 0 || trial.perSecond <= (best?.trial.perSecond ?? -1)) continue;
      if (!isBest) await best?.side.close();
      isBest = true;
      best = { side, trial };
    }
    if (!isBest) await side.close();
  }
  if (best === undefined)
    throw new Error(`${name}: messages were lost in each setting: ${JSON.stringify(tried)}`);
  const { environments, underWay: most } = best.trial;
  return {
    side: best.side,
    way: { ...(environments && { environments }), underWay: most, tried, broken: [] },
  };
}
