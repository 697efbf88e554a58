import { argv, stdout } from 'node:process';
import { measureFirst, measureKeys, measureMessages } from './contest.ts';
import type { Part } from './messages.ts';
import { CONTESTS, type Outcome } from './outcome.ts';

/** One side of one contest, once, in a process of its own: `node child.mjs CONTEST SIDE MILLISECONDS`. */

const PARTS: Readonly<Record<string, Part>> = {
  messages: 'message',
  frames: 'frame',
  asking: 'asking frame',
  decisions: 'decision',
};

async function measure(contest: string, side: string, ms: number): Promise<Outcome> {
  const sender = CONTESTS.keys.find((name) => name === side);
  if (contest === 'keys' && sender) return measureKeys(sender, ms);
  const relay = CONTESTS.messages.find((name) => name === side);
  if (contest === 'first' && relay) return measureFirst(relay);
  const part = PARTS[contest];
  if (relay && part) return measureMessages(relay, ms, part);
  throw new Error(`there is no ${side} in ${contest}`);
}

const [, , contest = '', side = '', ms = ''] = argv;
stdout.write(JSON.stringify(await measure(contest, side, Number(ms))));
