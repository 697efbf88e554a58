import { CLIENT_REFRESH_MS, WATCH_AGAIN_S, WATCH_TRIES } from '../../functions/relay/constants.ts';
import { HOPS, LOSS, POLL_MS, QUEUE_MS } from './aws.ts';
import type { RunFacts } from './doc.ts';
import { DEFAULTS } from './flags.ts';
import {
  ABANDONED_SHARE,
  DRAFTS_PER_CONVERSATION,
  LENGTH_MAX,
  PAUSE_MAX_MS,
  REST_ABANDONED_MS,
  REST_LEAST_MS,
  REST_MEAN_MS,
} from './guest.ts';
import { fixed, share } from './format.ts';
import { HELD, RESTED, REST_VARIANTS } from './plan.ts';
import { SYSTEMS } from './policies.ts';
import type { Results } from './results.ts';
import { DELAY_MS, JITTER_MS } from './weather.ts';

/** How the figures come about, in words. Numbers come from the code. */

const s = (ms: number): string => `${fixed(ms / 1_000, 0)} s`;

/** How much hangs on the guest's rest, which is not published. */
function rests(results: Results): string {
  const policy = SYSTEMS.find(({ name }) => name === RESTED);
  if (!policy) return '';
  const cells = REST_VARIANTS.map((variant) => {
    const ours = results.variant(variant, HELD).measures.accuracy;
    const theirs = results.variantPeer(variant, policy).measures.accuracy;
    return `with a mean of ${s(variant.constants['REST_MEAN_MS'] ?? NaN)} instead held is right ${share(ours)} and ${RESTED} ${share(theirs)}`;
  });
  const now = `${share(results.ours(HELD).measures.accuracy)} and ${share(results.peer(policy).measures.accuracy)}`;
  return `Accuracy hangs on how long the guest rests, for that is nearly always right: ${cells.join(', ')} (${now} with ${s(REST_MEAN_MS)}). So accuracies compare within this page, and not with those of other guests.`;
}

const isDefault = ({ messages, seed, trace }: RunFacts): boolean =>
  messages === DEFAULTS.messages && seed === DEFAULTS.seed && trace === undefined;

const COST = `
**Cost.** Runs of 1,000,000 messages took 30 seconds on a machine with two cores, under Node.js 20 (33,338 messages, 1.3 million keys and 119,000 typing frames a second), 48 and 56 seconds beside other work, and 101 seconds while that work kept both cores busy; one takes 55 to 65 seconds of processor time. The command prints its own rate.
`;

const calibration = `What the publication leaves open was chosen so that they agree: a draft is true from its first key until it is sent, or until its last key where it is left, pauses included; after a message the guest rests for ${s(REST_LEAST_MS)} and an exponential time of mean ${s(REST_MEAN_MS)}, after an abandoned draft for ${s(REST_ABANDONED_MS)}; an abandoned draft is as long as any other; a pause within a draft is cut to ${s(PAUSE_MAX_MS)} and a draft to ${LENGTH_MAX} keys. In bold: further apart than three standard errors of this run and the rounding of the published figure, whose own error is not known; of p95 no error is estimated. Why those differ was not looked into. Since the choice was made by these very figures, their agreement shows a good fit and is no independent check; the formulas below are.`;

const drafts = `${fixed(100 * ABANDONED_SHARE, 0)} % of the drafts are abandoned: nothing happens after the last key; the others are sent 0.25 s + Exp(0.3 s) after it. Then the guest rests for ${s(REST_LEAST_MS)} and an exponential time of mean ${s(REST_MEAN_MS)}, after an abandoned draft for ${s(REST_ABANDONED_MS)}. All that is measured under one weather is given the same conversations.`;

const keystrokes = ({ trace }: RunFacts): string =>
  trace === undefined
    ? `**Keystrokes.** Gaps between keys are independent: 0.597·LN(5.045, 0.382) + 0.338·LN(5.480, 0.844) + 0.065·LN(5.754, 1.593) of milliseconds, fitted to 165,000 real key presses (vmonaco/pohmm-keystroke, free text); a draft's length is log-normal with median 35 keys and sigma 0.7. A conversation has ${DRAFTS_PER_CONVERSATION} drafts. ${drafts}`
    : `**Keystrokes.** The gaps within drafts are those of ${trace}, pauses cut to ${s(PAUSE_MAX_MS)}. Its sessions are cut into conversations and drafts by lengths that are log-normal with median 35 keys and sigma 0.7, for it does not say where messages ended; sending, abandoning and rests are made up as well, so accuracy, which counts rests, says little of the trace. ${drafts}`;

const text = (facts: RunFacts, results: Results): string => `## How to run it

\`\`\`sh
npm run simulate                          # writes this page and its pictures
npm run simulate -- --messages 50000      # a quick look: prints the table only
npm run simulate -- --trace keys.csv --out some-folder
npm run simulate -- --help
\`\`\`

A trace is a CSV of user, session and press time in milliseconds. Each session is a run of composing, cut into messages by the generator's lengths. Fields hold no commas. The same seed gives the same figures and the same page to the byte, whatever the number of workers.

## Method

${keystrokes(facts)}

**Measures.** Accuracy is the share of all time, rests included, in which the bubble is shown just when the guest is in a draft. A typing minute is a minute within drafts. A flicker is a bubble that goes off and comes on again within one draft. A draft is missed when the bubble is not shown before it ends. Stuck is how long the bubble is shown after a draft's end and before the next begins.

**Weather.** End to end a frame takes ${DELAY_MS} ms + Exp(${JITTER_MS} ms) and is lost with 1 %; the guest's own message takes as long and is never lost. Heavy jitter is Exp(600 ms). For the models of other systems each frame goes its way by itself and may overtake another, with no guard on order; a client that vanishes is ended by the far side's expiry only, for nothing else is published.

**This relay.** The same delay is split over its hops. Fixed: ${HOPS.gateway.fixedMs} ms to API Gateway, ${HOPS.handler.fixedMs} ms to the function, ${HOPS.table.fixedMs} ms for an operation of the table, ${HOPS.upstream.fixedMs} ms to the far side. Exponential: gamma parts of shape ${HOPS.gateway.shape}, ${HOPS.handler.shape} and ${HOPS.upstream.shape}, whose sum is that exponential again. Frames of one connection reach API Gateway in order and are handled at once, so that one may overtake another. The loss is split as well: of 100 frames that would be lost, ${fixed(100 * LOSS.gateway, 0)} never reach their handler; as many upstream calls as there is loss fail at the deadline of 3 s as \`upstream_unavailable\`, and half of those took effect, which nobody knows. The delay queue counts in whole seconds and brings a watch that failed again after ${WATCH_AGAIN_S} s, ${WATCH_TRIES} times in all, as in the stack; sending to it takes ${QUEUE_MS} ms and being brought what is due ${POLL_MS} ms, both without jitter, as the table's operations are. A disconnect and a crash that is seen end with \`$disconnect\`, which is lost as often as a frame that never reaches its handler: API Gateway sends it by its best effort. The client has \`lapses\` before a far side that expires, and says no "off" there. Of the client all that is replaced is the page: a text field, a socket, \`setTimeout\`, \`performance.now\`. Of the relay: the table (test/memory-store.ts), the queue, the upstream and the clock.

**Limits.** ${facts.trace === undefined ? 'The guest is a model: gaps are independent of each other, and nobody deletes, pastes, or switches tabs.' : 'Deleting, pasting and switching tabs are not in a trace of press times.'} The receiving side of the client library (\`typingReceiver\`) is not in the loop: the far side here is the agent's. The other systems are models of their published timing and no more. After a disconnect they start anew, as if all reset their cool-down, and say no "off" for what came before; a 429 tells them nothing: what is refused is lost, and spends the cool-down. ${rests(results)} One guest has one tab, and rests for so long that no draft follows within ${s(CLIENT_REFRESH_MS)} of the last "on": with \`lapses\` such a draft would be shown with its second key. No cold start, no throttled table, no flood: tests elsewhere have those. Where a far side shows several conversations, or counts its expiry in another way, nothing here knows of it. What Genesys does with either held upstream is claimed in a forum thread and not published, so its two rows are what would be seen if it does as claimed.
${isDefault(facts) ? COST : ''}`;

export const METHOD = { calibration, text } as const;
