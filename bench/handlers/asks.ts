import * as z from 'zod';
import { type CountsBySort, messageCounts } from '../budget/message-counts.ts';
import { type Kind, SPECS } from './kinds.ts';
import type { Work } from './same-work.ts';

/** What a message asks for beside its run, whichever of a kind's sorts it is: their mean. */
export const asks = z.object({ reads: z.number(), writes: z.number(), queueRequests: z.number() });
export type Asks = z.infer<typeof asks>;
const NAMES = asks.keyof().options;

/** The sorts of messages that warm environments are measured with, as bench/traffic counts them. */
const sortsOf = (kind: Kind): readonly string[] =>
  SPECS[kind].held ? ['first on of a draft', 'off'] : ['on, a refresh'];

/** @throws Error when one of the kind's sorts was not counted */
export function asksOf(kind: Kind, counts: CountsBySort | undefined): Asks {
  const sorts = sortsOf(kind);
  const sum: Asks = { reads: 0, writes: 0, queueRequests: 0 };
  for (const sort of sorts) {
    const counted = counts?.[sort];
    if (!counted) throw new Error(`bench/traffic does not count '${sort}' of ${kind}`);
    for (const name of NAMES) sum[name] += counted[name] / sorts.length;
  }
  return sum;
}

/** What a message of this kind asks for, as the relay's own code is counted. */
export const countAsks = async (kind: Kind): Promise<Asks> => asksOf(kind, (await messageCounts())[kind]);

const call = z.object({ what: z.string() });

/** @throws Error when the far side was asked for something else than what is reckoned with */
export function mustAsk(kind: Kind, { table, queue, answers }: Work, reckoned: Asks): void {
  const reads = table.filter((one) => call.parse(one).what === 'GetItem').length;
  const seen = { reads, writes: table.length - reads, queueRequests: queue.length };
  for (const name of NAMES)
    if (seen[name] !== reckoned[name] * answers.length)
      throw new Error(
        `${kind}: ${answers.length} messages asked for ${seen[name]} ${name}, ` +
          `and the cost is reckoned with ${reckoned[name]} for each`,
      );
}
