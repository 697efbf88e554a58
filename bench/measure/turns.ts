/** What takes part in a comparison: runs once, and says what that took. */
export type Contender = () => Promise<number>;

export interface TurnsOptions {
  rounds: number;
  /** Ends it between two runs. */
  signal: AbortSignal;
  /** Told after each run. */
  progress?: () => void;
}

/**
 * Lets contenders run in turn, A B A B …, and every second round the other way round, so that what one leaves behind
 * does not always meet the same other.
 * @returns each one's values, by round
 */
export async function takeTurns<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, signal, progress }: TurnsOptions,
): Promise<Map<string, number[]>> {
  const all = Object.entries<Contender>(contenders);
  const values = new Map(all.map(([name]): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of round % 2 === 0 ? all : all.toReversed()) {
      signal.throwIfAborted();
      values.get(name)?.push(await run());
      progress?.();
    }
  return values;
}
