import { HOPS, LOSS } from './aws.ts';
import {
  ABANDONED_SHARE,
  DRAFTS_PER_CONVERSATION,
  LENGTH_MAX,
  PAUSE_MAX_MS,
  REST,
  REST_ABANDONED_MS,
} from './guest.ts';
import { count, fixed } from './format.ts';
import { DELAY_MS, JITTER_MS } from './weather.ts';

/** How the figures come about, in words. Numbers come from the code. */

const s = (ms: number): string => `${fixed(ms / 1_000, 0)} s`;

const calibration = `What the publication leaves open was chosen so that they agree: a draft is true from its first key until it is sent, or until its last key where it is left, pauses included; after a message the guest rests for ${s(REST.least)} and an exponential time of mean ${s(REST.mean)}, after an abandoned draft for ${s(REST_ABANDONED_MS)}; an abandoned draft is as long as any other; a pause within a draft is cut to ${s(PAUSE_MAX_MS)} and a draft to ${LENGTH_MAX} keys. The differences that chance does not explain: the bubble of R 5 E 5 sticks a little longer after an abandoned draft here, Zulip's accuracy is higher by less than .01, and a debounce's onsets come sooner; why was not looked into. Since the choice was made by these very figures, their agreement shows a good fit and is no independent check; the formulas below are.`;

const text = `## How to run it

\`\`\`sh
npm run simulate                          # writes this page and its pictures
npm run simulate -- --messages 50000      # a quick look: prints the table only
npm run simulate -- --trace keys.csv --out some-folder
npm run simulate -- --help
\`\`\`

A trace is a CSV of user, session and press time in milliseconds. Each session is a run of composing, cut into messages by the generator's lengths. The same seed gives the same figures and the same page to the byte, whatever the number of workers.

## Method

**Keystrokes.** Gaps between keys are independent: 0.597·LN(5.045, 0.382) + 0.338·LN(5.480, 0.844) + 0.065·LN(5.754, 1.593) of milliseconds, fitted to 165,000 real key presses (vmonaco/pohmm-keystroke, free text); a draft's length is log-normal with median 35 keys and sigma 0.7; it is sent 0.25 s + Exp(0.3 s) after the last key. ${fixed(100 * ABANDONED_SHARE, 0)} % of the drafts are abandoned: nothing happens after the last key. A conversation has ${DRAFTS_PER_CONVERSATION} drafts. Every policy is given the same conversations.

**Measures.** Accuracy is the share of all time, rests included, in which the bubble is shown just when the guest is in a draft. A typing minute is a minute within drafts. A flicker is a bubble that goes off and comes on again within one draft. A draft is missed when the bubble is not shown before it ends. Stuck is how long the bubble is shown after a draft's end and before the next begins.

**Weather.** End to end a frame takes ${DELAY_MS} ms + Exp(${JITTER_MS} ms) and is lost with 1 %; the guest's own message takes as long and is never lost. Heavy jitter is Exp(600 ms). For the models of other systems each frame goes its way by itself and may overtake another, with no guard on order; a client that vanishes is ended by the far side's expiry only, for nothing else is published.

**This relay.** The same delay is split over its hops. Fixed: ${HOPS.gateway.fixedMs} ms to API Gateway, ${HOPS.handler.fixedMs} ms to the function, ${HOPS.table.fixedMs} ms for an operation of the table, ${HOPS.upstream.fixedMs} ms to the far side. Exponential: gamma parts of shape ${HOPS.gateway.shape}, ${HOPS.handler.shape} and ${HOPS.upstream.shape}, whose sum is that exponential again. Frames of one connection reach API Gateway in order and are handled at once, so that one may overtake another. The loss is split as well: of 100 frames that would be lost, ${fixed(100 * LOSS.gateway, 0)} never reach their handler; as many upstream calls as there is loss fail at the deadline of 3 s as \`upstream_unavailable\`, and half of those took effect, which nobody knows. The delay queue counts in whole seconds and brings a watch that failed again after 10 s, five times in all, as in the stack. A disconnect and a crash that is seen end with \`$disconnect\`. Of the client all that is replaced is the page: a text field, a socket, \`setTimeout\`, \`performance.now\`. Of the relay: the table (test/memory-store.ts), the queue, the upstream and the clock.

**Limits.** The guest is a model: gaps are independent of each other, and nobody deletes, pastes, or switches tabs. The other systems are models of their published timing and no more. One guest has one tab. No cold start, no throttled table, no flood: tests elsewhere have those. Where a far side shows several conversations, or counts its expiry in another way, nothing here knows of it. What Genesys does with either held upstream is claimed in a forum thread and not published, so its two rows are what would be seen if it does as claimed.

**Cost.** The run of ${count(1_000_000)} messages took 32 and 37 seconds on a machine with two cores, under Node.js 20 (at 32: 30,840 messages, 1.2 million keys and 111,000 typing frames a second), and 70 to 124 seconds while other work kept the same machine busy: it takes 60 to 90 seconds of processor time. The command prints its own rate.
`;

export const METHOD = { calibration, text } as const;
