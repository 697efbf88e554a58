import { argv, stdout } from 'node:process';
import { measureFirst, measureKeys, measureMessages } from './contest.ts';
import { PARTS } from './messages.ts';
import { CONTESTS, type Outcome } from './outcome.ts';

/** One side of one contest, once, in a process of its own: `node child.mjs CONTEST SIDE MILLISECONDS`. */

async function measure(contest: string, side: string, ms: number): Promise<Outcome> {
  const sender = CONTESTS.keys.find((name) => name === side);
  if (contest === 'keys' && sender) return measureKeys(sender, ms);
  const relay = CONTESTS.messages.find((name) => name === side);
  if (contest === 'first' && relay) return measureFirst(relay);
  const part = PARTS.find((name) => name === contest);
  if (relay && part) return measureMessages(relay, ms, part);
  throw new Error(`there is no ${side} in ${contest}`);
}

const [, , contest = '', side = '', ms = ''] = argv;
stdout.write(JSON.stringify(await measure(contest, side, Number(ms))));
