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
import { EXPIRING, HELD, HELD_UNCLEARED, TRIED_EXPIRING, VARIANTS } from './plan.ts';
import { SYSTEMS } from './policies.ts';
import { type Results, rowsOf } from './results.ts';
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
  const better = rowsOf(results).filter(
    ({ isOurs, result: { measures } }) => !isOurs && measures.accuracy > held.accuracy,
  );
  const place =
    better.length === 0
      ? `None of the ${SYSTEMS.length} systems in the table is right more of the time.`
      : `Of the ${SYSTEMS.length} systems in the table, right more of the time: ${better.map(({ name }) => name).join(', ')}.`;
  const missed = goalsOf(results).filter(({ isMet }) => !isMet);
  const bounds =
    missed.length === 0
      ? 'Every goal is met.'
      : `Not met as asked: ${missed.map(({ what }) => what).join('; ')}. The table says why, and what bounds it.`;
  return `At 1 % loss the bubble of a held upstream is right ${fixed(held.accuracy * 100, 1)} % of the time, with ${fixed(held.flickers, 2)} flickers and ${fixed(held.calls, 1)} upstream calls per typing minute; that of an expiring upstream which shows an "on" for 7 s ${fixed(seven.accuracy * 100, 1)} %, with ${fixed(seven.flickers, 2)} and ${fixed(seven.calls, 1)}. ${place} Typing shows ${fixed(held.onsetP95, 2)} s after the first key in 95 of 100 drafts, and ${percent(held.missed)} of the drafts end before it shows. ${bounds}`;
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
  return `Where the message itself clears a held bubble and the "off" that went with it is lost, the relay still counts the bubble as shown: it coalesces the next "on" until the silence is over. That is why more drafts are missed then (${percent(cleared.missed)} against ${percent(uncleared.missed)}).`;
}

/** What the silence costs that lies below refresh and idle time together. */
function silence(results: Results): string {
  const named = (name: string) => VARIANTS.find((variant) => variant.name === name);
  const [code, long] = [named('as in the code'), named('SILENCE_MS 12,000')];
  if (!code || !long) return '';
  const now = results.variant(code, HELD).measures;
  const then = results.variant(long, HELD).measures;
  const cost = now.flickers - then.flickers;
  return `\`SILENCE_MS\` (${count(SILENCE_MS)}) lies below the client's refresh and idle time together (${count(CLIENT_REFRESH_MS + CLIENT_IDLE_MS)}): a guest who types for up to 5 s after an "on" and then pauses for 5 to 6 s is taken for gone although the client is about to speak. At 1 % loss that costs ${fixed(cost, 3)} flickers per typing minute (${fixed(now.flickers, 3)} against ${fixed(then.flickers, 3)} with 12,000, where it cannot happen), ${fixed((100 * cost) / now.flickers, 0)} % of all. A longer silence would pay for that with as much longer bubbles after a crash.`;
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

const totals = ({ all }: Results): string => {
  const sum = (key: 'drafts' | 'keys' | 'frames' | 'calls'): string =>
    count(all.reduce((total, { counts }) => total + counts[key], 0));
  return `${sum('drafts')} drafts, ${sum('keys')} keys, ${sum('frames')} typing frames, ${sum('calls')} upstream calls, in ${all.length} cells`;
};

const from = ({ messages, seed, trace }: RunFacts): string =>
  trace === undefined
    ? `\`npm run simulate\` with ${count(messages)} messages and seed ${seed}`
    : `\`npm run simulate\` with ${count(messages)} messages and seed ${seed}, keystrokes from ${trace}`;

/** The whole page. The same results give the same page, to the byte. */
export function makeDoc(results: Results, facts: RunFacts): string {
  return `# Typing that is right, in numbers

<!-- Written by npm run simulate: change bench/simulate/, not this file. -->

What was asked: how much of the time does the agent's bubble tell the truth, how often does it flicker, how long does it stick, how soon is it there, and what does that cost in upstream calls; in bad weather too, and beside what other systems do. This page is written by ${from(facts)}: ${totals(results)}, replayed in virtual time through the real client, the real relay with its decision, and the real delivery and expiry code.

${answer(results)}

${picture('A minute of one conversation: what the guest did, and what three far sides showed', 'timeline')}
## Goals

At 1 % loss.

${goals(results)}
## At 1 % loss

Per typing minute unless it is a time. Times are seconds; two of them are mean and p95, and after a crash (half open) p95 and the longest that was seen. "Held" are \`typing-frame\` and \`participant-state\`: one decision for both. "Cleared by off only" is a held far side that does not end the bubble when the guest's message comes. "Expiring, N s" shows an "on" for N seconds and knows no "off".

${markdownTable(mainTable(results))}
${lostOff(results)}

${picture('Accuracy against upstream calls per typing minute', 'accuracy-by-calls')}
${picture('Flickers per typing minute, by system', 'flickers')}
${picture('How long the bubble stays after an abandoned draft and after a crash, by system', 'stuck')}
${picture('From the first key to the bubble: leading edge and debounce', 'onset')}
## In every weather

Each weather but the first three has 1 % loss as well. A disconnect or a 429 begins in every third draft and lasts 10 s; a crash comes in every third draft and ends the conversation, which is then watched for 60 s, so that accuracies compare within a weather only, and a draft that it cuts short may count as missed.

${markdownTable(weatherTable(results))}
The accuracy of all:

${markdownTable(accuracyTable(results))}
## Other constants

${silence(results)}

What other constants would give at 1 % loss, for a held upstream and for one that shows an "on" for ${fixed(TRIED_EXPIRING.expiry / 1_000, 0)} s. The relay's coalescing stays half a second below the client's refresh.

${markdownTable(variantTable(results))}
And where the client vanishes and nobody tells the relay:

${markdownTable(crashTable(results))}
## Is the simulation right?

The published figures of thirteen policies, and what this simulation measures for models of the same (published → measured). ${METHOD.calibration}

${markdownTable(calibrationTable(results))}
The closed formulas for a guest who composes without a pause (R′: from one "on" to the next in fact; p: loss; n = ⌊E/R′⌋), beside the same simulation with such a guest:

${formulas()}
${METHOD.text}
## The constants of this run

A test fails when the code has others than this table: then run \`npm run simulate\` again.

${constants()}`;
}
