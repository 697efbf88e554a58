import type { Account } from './wire.ts';

/** What keeps a stretch from being one in which every message came upstream once; undefined where nothing does. */
export function wrongWith({ sent, lost, doubled, trouble }: Account): string | undefined {
  if (sent === 0) return 'nothing was sent';
  const wrong = Object.entries({ lost, doubled, ...trouble }).filter(([, count]) => count > 0);
  if (wrong.length === 0) return undefined;
  return `of ${sent} messages ${wrong.map(([words, count]) => `${count} × ${words}`).join(', ')}`;
}

/** @throws Error when not each of so many guests had a frame relayed */
export function mustAllType(name: string, sessions: readonly string[], guests: number): void {
  const typed = new Set(sessions).size;
  if (typed !== guests) throw new Error(`${name}: of ${guests} sessions ${typed} had their frames relayed`);
}

/** A stretch that counts, and what was wrong with those before it. */
export interface Held {
  account: Account;
  underWay: number;
  broken: { underWay: number; wrong: string }[];
}

/** From 32 messages under way that is one at a time. */
const TRIES = 6;

/**
 * Has a side type until every message came upstream once, each time with half as many under way: what was lost is no
 * work to compare.
 * @throws Error that says what went wrong each time
 */
export async function holdWhole(
  name: string,
  underWay: number,
  type: (underWay: number) => Promise<Account>,
): Promise<Held> {
  const broken: Held['broken'] = [];
  for (let most = underWay; broken.length < TRIES; most = Math.max(1, most >> 1)) {
    const account = await type(most);
    const wrong = wrongWith(account);
    if (wrong === undefined) return { account, underWay: most, broken };
    broken.push({ underWay: most, wrong });
  }
  throw new Error(`${name}: not each message came upstream once: ${JSON.stringify(broken)}`);
}
