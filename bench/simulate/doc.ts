import { CLIENT_GAP_MS, CLIENT_IDLE_MS } from '../../client/constants.ts';
import {
  CLIENT_REFRESH_MS,
  MIN_GAP_MS,
  REFRESH_MS,
  RETRY_OFF_MS,
  SILENCE_MS,
  STALE_AFTER_MS,
  UPSTREAM_DEADLINE_MS,
} from '../../functions/relay/constants.ts';
import { checkFormulas } from './formulas.ts';
import { count, fixed, markdownTable, percent } from './format.ts';
import { goalsOf } from './goals.ts';
import { METHOD } from './method.ts';
import { EXPIRING, HELD, HELD_UNCLEARED, type Maker, TRIED_EXPIRING, VANISH, VARIANTS } from './plan.ts';
import { flickersMore, isToldApart } from './paired.ts';
import type { Results } from './results.ts';
import { refusedOffs, standingSentence, standingTable } from './standing.ts';
import {
  accuracyTable,
  calibrationTable,
  crashTable,
  mainTable,
  variantTable,
  weatherTable,
} from './tables.ts';

/** The constants that the figures hang on, as the code has them. */
export const CONSTANTS = {
  CLIENT_REFRESH_MS,
  CLIENT_IDLE_MS,
  CLIENT_GAP_MS,
  REFRESH_MS,
  MIN_GAP_MS,
  SILENCE_MS,
  STALE_AFTER_MS,
  RETRY_OFF_MS,
  UPSTREAM_DEADLINE_MS,
} as const;

/** What a run was: with the code, all that its figures depend on. */
export interface RunFacts {
  messages: number;
  seed: number;
  /** The trace's file name; the generator wrote where there is none. */
  trace: string | undefined;
}

export const PICTURES = 'typing-quality';

const picture = (alt: string, name: string): string => `![${alt}](${PICTURES}/${name}.svg)\n`;

function answer(results: Results): string {
  const held = results.ours(HELD).measures;
  const seven = results.ours(EXPIRING[2] ?? HELD).measures;
  const missed = goalsOf(results).filter(({ isMet }) => !isMet);
  const bounds =
    missed.length === 0
      ? 'Every goal is met.'
      : `Not met as asked: ${missed.map(({ what }) => what).join('; ')}. The table says why, and what bounds it.`;
  return `At 1 % loss the bubble of a held upstream is right ${fixed(held.accuracy * 100, 1)} ± ${fixed(held.accuracyError * 100, 1)} % of the time, with ${fixed(held.flickers, 2)} flickers and ${fixed(held.calls, 1)} upstream calls per typing minute; that of an expiring upstream which shows an "on" for 7 s ${fixed(seven.accuracy * 100, 1)} ± ${fixed(seven.accuracyError * 100, 1)} %, with ${fixed(seven.flickers, 2)} and ${fixed(seven.calls, 1)}. ${standingSentence(results)} Typing shows within ${fixed(held.onsetP95, 2)} s of the first key in 95 of 100 drafts that show at all; ${percent(held.missed)} end before it shows. ${bounds}`;
}

function goals(results: Results): string {
  const rows = goalsOf(results).map(({ what, asked, measured, isMet, isClose, why }) => [
    what,
    asked,
    measured,
    (isMet ? 'met' : '**not met**') + (isClose ? ', within the error' : ''),
    why,
  ]);
  return markdownTable([['goal', 'asked', 'measured', '', 'why, and what bounds it'], ...rows], true);
}

/** What is left of an "off" that never reached the relay. */
function lostOff(results: Results): string {
  const cleared = results.ours(HELD).measures;
  const uncleared = results.ours(HELD_UNCLEARED).measures;
  if (cleared.missed <= uncleared.missed) return '';
  return `Where the message itself clears a held bubble and the "off" that went with it is lost, the relay still counts the bubble as shown: it coalesces the next "on" until the silence is over. That is why more drafts are missed then (${percent(cleared.missed)} against ${percent(uncleared.missed)}).`;
}

/** What the silence costs that lies below refresh and idle time together. */
function silence(results: Results): string {
  const named = (name: string) => VARIANTS.find((variant) => variant.name === name);
  const [code, long] = [named('as in the code'), named('SILENCE_MS 12,000')];
  if (!code || !long) return '';
  const [now, then] = [results.variant(code, HELD), results.variant(long, HELD)];
  const cost = flickersMore(now.each, then.each);
  const part = `${fixed((100 * cost.value) / now.measures.flickers, 0)} % of all`;
  const found = `${fixed(cost.value, 3)} ± ${fixed(cost.error, 3)} flickers per typing minute against ${count(12_000)}, where it cannot happen`;
  const costs =
    cost.value > 0 && isToldApart(cost)
      ? `At 1 % loss that costs ${found}, in the same conversations: ${part}. A longer silence would pay for that with as much longer bubbles after a crash.`
      : `At 1 % loss that is not told apart from chance: ${found}.`;
  return `\`SILENCE_MS\` (${count(SILENCE_MS)}) lies below the client's refresh and idle time together (${count(CLIENT_REFRESH_MS + CLIENT_IDLE_MS)}): a guest who types for up to 5 s after an "on" and then pauses for 5 to 6 s is taken for gone although the client is about to speak. ${costs}`;
}

function formulas(): string {
  const rows = checkFormulas().map(({ what, formula, expected, measured, unit }) => {
    const digits = expected < 0.1 ? 3 : 2;
    return [what, `\`${formula}\``, `${fixed(expected, digits)} ${unit}`, fixed(measured, digits)];
  });
  return markdownTable([['', 'formula', 'gives', 'measured'], ...rows], true);
}

const constants = (): string =>
  markdownTable([
    ['constant', 'ms'],
    ...Object.entries(CONSTANTS).map(([name, value]) => [`\`${name}\``, count(value)]),
  ]);

/** What went through what. */
function totals(results: Results): string {
  const of = (maker?: Maker): string =>
    `${count(results.total('drafts', maker))} drafts with ${count(results.total('keys', maker))} keys`;
  return (
    `${of()}, in ${results.all.length} cells. Of these, ${of('code')} went in virtual time through the real client's sender, the real relay with its decision, and the real delivery and expiry code; ` +
    `${of('other constants')} through the same with other constants, the code's or the guest's rest; and ${of('model')} through models of other systems and of published policies. The first and second made ${count(results.total('frames', 'code') + results.total('frames', 'other constants'))} typing frames. ` +
    'The receiving side of the client (`typingReceiver`) is not in the loop'
  );
}

const from = ({ messages, seed, trace }: RunFacts): string =>
  trace === undefined
    ? `\`npm run simulate\` with ${count(messages)} messages and seed ${seed}`
    : `\`npm run simulate\` with ${count(messages)} messages and seed ${seed}, keystrokes from ${trace}`;

/** The generator against what is published of it; of a trace nothing is. */
const calibration = (results: Results): string => `## Is the simulation right?

The published figures of thirteen policies, and what this simulation measures for models of the same (published → measured). ${METHOD.calibration}

${markdownTable(calibrationTable(results))}
The closed formulas for a guest who composes without a pause (R′: from one "on" to the next in fact; p: loss; n = ⌊E/R′⌋), beside the same simulation with such a guest, whose draft ends at any moment:

${formulas()}
`;

/** The whole page. The same results give the same page, to the byte. */
export function makeDoc(results: Results, facts: RunFacts): string {
  return `# Typing that is right, in numbers

<!-- Written by npm run simulate: change bench/simulate/, not this file. -->

What was asked: how much of the time does the agent's bubble tell the truth, how often does it flicker, how long does it stick, how soon is it there, and what does that cost in upstream calls; in bad weather too, and beside what other systems do. This page is written by ${from(facts)}: ${totals(results)}.

${answer(results)}

${picture('A minute of one conversation: what the guest did, and what three far sides showed', 'timeline')}
## Goals

At 1 % loss.

${goals(results)}
## At 1 % loss

Per typing minute unless it is a time. Times are seconds; two of them are mean and p95, and after a crash (half open) p95 and the longest that was seen. "Held" are \`typing-frame\` and \`participant-state\`: one decision for both. "Cleared by off only" is a held far side that does not end the bubble when the guest's message comes. "Expiring, N s" (\`web-messaging\`, \`open-messaging\`, \`agent-communication\`) shows an "on" for N seconds and knows no "off". All rows are of the same ${count(results.ours(HELD).counts.drafts)} drafts, but for the last column, which is of the same ${count(results.ours(HELD, VANISH).counts.crashes)} crashes; ± is one standard error, from one conversation to another. Differences between rows are known better than that, because all have the same conversations.

${markdownTable(mainTable(results))}
${lostOff(results)}

${picture('Accuracy against upstream calls per typing minute', 'accuracy-by-calls')}
${picture('Flickers per typing minute, by system', 'flickers')}
${picture('How long the bubble stays after an abandoned draft and after a crash, by system', 'stuck')}
${picture('From the first key to the bubble: leading edge and debounce', 'onset')}
## In every weather

"5 % loss" and "no loss" have that loss, all others 1 %. A disconnect or a 429 begins in every third draft, unless one is on, and lasts 10 s; a crash comes in every third draft and ends the conversation, which is then watched for 60 s, so that accuracies compare within a weather only, and a draft that it cuts short may count as missed. Under one weather all rows have the same conversations, and the differences in this table are of pairs (between weathers they are not: the number of conversations differs); a system counts as right more of the time when it is so by more than two standard errors, which one of twenty level ones is on either side.

${standingTable(results)}
${refusedOffs(results)}
This relay, in full:

${markdownTable(weatherTable(results))}
The accuracy of all:

${markdownTable(accuracyTable(results))}
## Other constants

${silence(results)}

What other constants would give at 1 % loss, for a held upstream and for one that shows an "on" for ${fixed(TRIED_EXPIRING.expiry / 1_000, 0)} s. The relay's coalescing stays half a second below the client's refresh.

${markdownTable(variantTable(results))}
And where the client vanishes and nobody tells the relay:

${markdownTable(crashTable(results))}
${facts.trace === undefined ? calibration(results) : ''}${METHOD.text(facts, results)}
## The constants of this run

A test fails when the code has others than this table: then run \`npm run simulate\` again.

${constants()}`;
}
