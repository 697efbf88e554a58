import { PING_MS } from '../../client/constants.ts';
import {
  CLIENT_REFRESH_MS,
  EXPIRY_MS,
  REFUSAL_WAIT_MS,
  SILENCE_MS,
  SOCKETS_MAX,
} from '../../functions/relay/constants.ts';
import { METRICS } from '../../functions/ports/metrics.ts';
import { REQUESTS_PER_MINUTE } from '../../local/genesys/quota.ts';
import { HOPS } from '../simulate/aws.ts';
import { CONSTANTS as PACE } from '../simulate/doc.ts';
import { count, fixed, markdownTable, percent } from '../simulate/format.ts';
import { JITTER_MS } from '../simulate/weather.ts';
import { SHARED_SECONDS, STUCK_AFTER_MS, type Shared } from './budget.ts';
import { costOf, noUsage, total, type Usage } from './cost.ts';
import { type Price, PRICES } from './prices.ts';
import { HANDLER_MS, INIT_MS } from './fleet.ts';
import { FULL, type Results, type WayResult } from './run.ts';
import { AGENT_EVENT, CONNECTION, INDEXED, PING, PUSH_MS } from './runs.ts';
import { WINDOW_S } from './sample.ts';
import {
  bindingTable,
  chatTable,
  choicesTable,
  crowdTable,
  dollars,
  HOURS,
  monthTable,
  othersTable,
  partsTable,
  priceTable,
  remedyTable,
  rounded,
  sharedTable,
} from './tables.ts';
import {
  AGENT_COMMUNICATION,
  KEEPING_ENVIRONMENTS,
  KEPT_OPEN,
  PARTICIPANT_STATE,
  TYPING_FRAME,
  WEB_MESSAGING,
} from './upstreams.ts';
import type { Way } from './upstreams.ts';
import {
  ACCESS_LINE_BYTES,
  AS_DEPLOYED,
  MEMORY_MB,
  METRIC_EVERY_S,
  METRIC_LINE_BYTES,
  times,
  usagePerMillion,
} from './usage.ts';

export const PICTURES = 'scale';

/** What the figures hang on, as the code has it. */
export const CONSTANTS = {
  ...PACE,
  EXPIRY_MS,
  PING_MS,
  REFUSAL_WAIT_MS,
  REQUESTS_PER_MINUTE,
  KEEPING_ENVIRONMENTS,
  HANDLER_MS,
  INIT_MS,
  MEMORY_MB,
  ACCESS_LINE_BYTES,
  METRIC_LINE_BYTES,
} as const;

const constants = (): string =>
  markdownTable([
    ['constant', 'value'],
    ...Object.entries(CONSTANTS).map(([name, value]) => [`\`${name}\``, count(value)]),
  ]);

const picture = (alt: string, name: string): string => `![${alt}](${PICTURES}/${name}.svg)\n`;

function resultOf({ ways }: Results, way: Way): WayResult {
  const found = ways.find((result) => result.way.name === way.name);
  if (!found) throw new Error(`No result of ${way.name}`);
  return found;
}

/** At how many chats a limit binds a way, in words. */
function at(results: Results, way: Way, id: string): string {
  const chats = resultOf(results, way).bindings.find(({ quota }) => quota.id === id)?.chats ?? Infinity;
  return Number.isFinite(chats) ? rounded(chats) : `more than ${count(results.plan.chats)}`;
}

const perMillion = (results: Results, way: Way): number => {
  const result = resultOf(results, way);
  const cost = costOf(usagePerMillion(result.sample, result.environments));
  return total(cost) - cost['connection minutes'];
};

/** What a chat on an expiring upstream spares: the "off"s that its client does not say. */
const framesFewer = (results: Results): number =>
  1 -
  resultOf(results, WEB_MESSAGING).sample.mean.frames / resultOf(results, TYPING_FRAME).sample.mean.frames;

const answer = (results: Results): string => {
  const minutes = fixed(resultOf(results, TYPING_FRAME).sample.chatSeconds / 60, 1);
  return `The first limit is Genesys' own, unless \`webMessagingKeepOpen\` is on, whose ${KEEPING_ENVIRONMENTS} environments serve ${at(results, KEPT_OPEN, 'kept-environments')} chats: ${REQUESTS_PER_MINUTE} requests a minute of a token, which ${at(results, AGENT_COMMUNICATION, 'genesys-requests')} to ${at(results, PARTICIPANT_STATE, 'genesys-requests')} chats use up on a REST upstream (\`participant-state\`, \`open-messaging\`, \`agent-communication\`). On \`typing-frame\` and \`web-messaging\` it is the concurrency of a new AWS account at ${at(results, TYPING_FRAME, 'new-account')} and ${at(results, WEB_MESSAGING, 'new-account')} chats, where the account still has 10; then this stack's own throttle at ${at(results, TYPING_FRAME, 'stage-throttle')}, which is a setting; then Lambda's usual 1,000 at ${at(results, TYPING_FRAME, 'concurrency')} and ${at(results, WEB_MESSAGING, 'concurrency')}. API Gateway's 10,000 requests a second last for ${at(results, TYPING_FRAME, 'requests')}, its 500 new connections a second for ${at(results, TYPING_FRAME, 'connections')} chats of ${minutes} minutes. A million typing messages cost ${dollars(perMillion(results, TYPING_FRAME))} on \`typing-frame\`, ${dollars(perMillion(results, WEB_MESSAGING))} on \`web-messaging\` and ${dollars(perMillion(results, AGENT_COMMUNICATION))} on \`agent-communication\`, connection minutes aside; a chat on an expiring upstream sends ${percent(framesFewer(results), 0)} fewer of them than on a held one.`;
};

/** A price of the table, as a factor of a formula for a million messages. */
const factor = ({ dollars: price, per }: Price, times = 1): string =>
  String(Number(((price / per) * 1_000_000 * times).toPrecision(5)));

const MILLISECOND = 128 / 1_024 / 1_000;

const formula = (): string => `\`\`\`
dollars per million typing messages =
    ${factor(PRICES.message)}·(1 + p)    messages: the frame, and p answers (acks, errors) or pushes for each
  + ${factor(PRICES.invocation)}·i        Lambda requests: the frame's own, and its share of the others: delay queue, pings, connections, webhook
  + ${factor(PRICES.gigabyteSecond, MILLISECOND)}·ms·(MB/128)    Lambda time
  + ${factor(PRICES.write)}·w + ${factor(PRICES.read)}·r    writes and consistent reads
  + ${factor(PRICES.queueRequest)}·q        requests to the queue: send, receive, delete
  + ${factor(PRICES.logByte)}·log bytes + ${factor(PRICES.egressByte)}·bytes out
  + ${factor(PRICES.connectionMinute)}·connection minutes for each message
\`\`\``;

/** What a million of something cost. */
const priceOf = (usage: Partial<Usage>): number => total(costOf(times({ ...noUsage, ...usage }, 1_000_000)));

/** Whether held bubbles stay, as it was measured. */
function stuck(results: Results): string {
  const held = results.shared.filter(({ way }) => way === PARTICIPANT_STATE.name);
  const lapsing = results.shared.filter(({ way }) => way !== PARTICIPANT_STATE.name);
  const worst = held.reduce<Shared | undefined>(
    (most, row) => (row.stuck / row.drafts > (most ? most.stuck / most.drafts : -1) ? row : most),
    undefined,
  );
  const sum = (rows: readonly Shared[]): number => rows.reduce((all, row) => all + row.stuck, 0);
  const seconds = STUCK_AFTER_MS / 1_000;
  const others = `The expiring upstreams have ${count(sum(lapsing))}: the far side ends them.`;
  if (!worst || sum(held) === 0) return `No bubble stays for longer than ${seconds} s. ${others}`;
  return `A held bubble can stay. The relay stops "on"s when a twentieth of the requests is left, so that "off"s still pass; but "on"s come in a rush when the minute begins anew, and each of them owes an "off" in the same minute: more than were kept. What finds none left is sent again when the minute is over. At ${count(worst.chats)} chats ${count(worst.stuck)} of ${count(worst.drafts)} drafts (${percent(worst.stuck / worst.drafts, 1)}) left a bubble for more than ${seconds} s, ${fixed(Math.max(...held.map(({ longestStuck }) => longestStuck)), 0)} s at most; they are drafts that were left or paused, since a message clears the bubble by itself. ${others}`;
}

const writesMore = (results: Results): number => {
  const of = (way: Way): number => resultOf(results, way).sample.mean.writes;
  return of(TYPING_FRAME) / of(WEB_MESSAGING) - 1;
};

/** Chats that keep the reserved environments busy, on average. */
const keptOnAverage = (results: Results): number =>
  KEEPING_ENVIRONMENTS / (resultOf(results, KEPT_OPEN).sample.mean.typingMs / 1_000);

/** The largest number of chats at which nearly all drafts are shown. */
function fits(results: Results): string {
  const names = [...new Set(results.shared.map(({ way }) => way))];
  return names
    .map((name) => {
      const rows = results.shared.filter(({ way, draftsShown }) => way === name && draftsShown >= 0.95);
      return `${name} ${count(Math.max(0, ...rows.map(({ chats }) => chats)))}`;
    })
    .join(', ');
}

function levers(results: Results): string {
  const frame = resultOf(results, TYPING_FRAME);
  const { mean } = frame.sample;
  const keys = 200;
  const frames = 60_000 / CLIENT_REFRESH_MS;
  const withAck = usagePerMillion(frame.sample, frame.environments, { ...AS_DEPLOYED, ack: true });
  const ack = total(costOf(withAck)) - total(costOf(usagePerMillion(frame.sample, frame.environments)));
  const ping = priceOf({
    messages: 2,
    invocations: PING.runs,
    lambdaMs: PING.ms,
    writes: PING.writes,
    logBytes: ACCESS_LINE_BYTES,
  });
  return markdownTable(
    [
      ['what moves it', 'by how much'],
      [
        'the client says "on" every five seconds and not at each key',
        `${keys} keys a minute become ${frames} frames: ${fixed(keys / frames, 1)}× on every line`,
      ],
      [
        'no "off" where the bubble lapses (`lapses`)',
        `${fixed(60 * mean.frames, 1)} frames a minute of a chat become ${fixed(60 * resultOf(results, WEB_MESSAGING).sample.mean.frames, 1)}, of the same keys`,
      ],
      ['an ack for each frame', `${dollars(ack)} a million more: the message, and the time of the call`],
      [
        'a ping',
        `${dollars(ping)} a million: two messages, a run, a write; one in ${fixed(PING_MS / 60_000, 0)} minutes, ${fixed((100 * mean.pings) / mean.frames, 1)} for a hundred frames`,
      ],
      [
        'connection minutes',
        `${dollars(priceOf({ connectionMinutes: 1 }))} a million, whoever types; at the pace here ${fixed(1 / 60 / mean.frames, 2)} minutes for each frame`,
      ],
      [
        "the access log's line",
        `${ACCESS_LINE_BYTES} bytes: ${dollars(priceOf({ logBytes: ACCESS_LINE_BYTES }))} a million`,
      ],
      [
        'waiting for the upstream',
        `${dollars(priceOf({ lambdaMs: 100, memoryMb: MEMORY_MB }))} a million for each 100 ms, at ${MEMORY_MB} MB`,
      ],
      [
        'metrics',
        `a line of about ${METRIC_LINE_BYTES} bytes at most every ${METRIC_EVERY_S} s in each environment; one for each message would be ${dollars(priceOf({ logBytes: METRIC_LINE_BYTES }))} a million`,
      ],
      [
        'a refusal that is told',
        'a warning, a metric line at once and an error frame: past the limit of a token they are most of what is written to the logs',
      ],
    ],
    true,
  );
}

/** Series that every stack writes, by one upstream and without those of a reason or an outcome. */
const series = (): number =>
  Object.values(METRICS).reduce(
    (sum, { by }) => sum + by.filter((set) => set.every((name) => name === 'Upstream')).length,
    0,
  );

const SECRETS = 3;

const standing = (): string =>
  `However many chats there are: some ${series()} metric series for one upstream (${dollars(series() * PRICES.metricSeries.dollars)} a month; each upstream and each reason of a refusal has more), and ${SECRETS} secrets (${dollars(SECRETS * PRICES.secret.dollars)}).`;

const typingShare = ({ shared }: Results): number => shared.at(-1)?.typing ?? NaN;

const text = (results: Results): string => `## How to run it

\`\`\`sh
npm run scale                 # writes this page and its pictures
npm run scale -- --quick      # a small run of seconds: prints the tables only
npm run scale -- --chats 10000 --json
npm run scale -- --help
\`\`\`

The same seed gives the same figures, and the same page to the byte.

## Method

**Chats.** The guests are those of [typing-quality.md](typing-quality.md): ten drafts, then the chat is over and a new one begins elsewhere. They type for ${percent(typingShare(results), 0)} of the time; a guest who types half as much uses half as much of everything but connections.

**What is real.** The client's sender, with \`lapses\` where the upstream expires; the relay with its decision, delivery, expiry, checks and flood guard; the REST port with its budget and pause after a 429; the metrics. **What is virtual:** the clock, the network, the table (\`test/memory-store.ts\`; each of its operations is one call to DynamoDB and one unit), the queue, and Genesys, whose count of requests is that of the simulated org. Counts are taken at the ports. 1 % of all is lost, as in that page.

**How many.** ${count(results.plan.sample)} chats of each upstream are simulated one by one, from connection to end, with environments that are warm. Apart from the limits that they share, chats know nothing of each other: so more of them are those of the sample, laid over each other at moments of their own, second by second, for ${WINDOW_S} seconds; above ${count(results.plan.sample)} each of the sample's chats counts several times. A limit of a second is held against the busiest second, one of a minute or of arrivals against the mean. Between two sizes a line is drawn. What a limit does to those beyond it is simulated for the requests of a token, which decide what is shown: all its chats are simulated together there, for ${fixed(SHARED_SECONDS / 60, 0)} minutes, with as many environments as Lambda would start. The stage's throttle is reckoned with a token bucket. For other limits only where they bind is told.

**Times.** Upstream a round trip takes ${HOPS.upstream.fixedMs * 2} ms and a random part of mean ${fixed(HOPS.upstream.shape * JITTER_MS, 0)} ms; an operation of the table ${HOPS.table.fixedMs} ms; a handler ${HANDLER_MS} ms of its own; INIT ${INIT_MS} ms. REST takes one round trip over a kept connection; \`typing-frame\` three, to open a socket (an environment keeps ${SOCKETS_MAX} for a minute: among a thousand sessions 93 of 100 messages find none); \`web-messaging\` five, and ${REFUSAL_WAIT_MS} ms in which a refusal would come; kept open, those ${REFUSAL_WAIT_MS} ms alone. What is not simulated is taken at ${PING.ms} ms for a ping, ${CONNECTION.ms} ms for authorizer and \`$connect\` together (${INDEXED.ms} ms more where the connection is entered for the webhook, and taken out), ${AGENT_EVENT.ms} ms for a delivery to the webhook, and ${PUSH_MS} ms for an ack or an error frame that is pushed. All of it counts against concurrency, invocations and the table's writes. How fast Genesys answers is not published: where it takes half as long, Lambda's time and concurrency are about half as much.

**Left out.** A watch of the delay queue counts as a run, a receive and a delete of its own; where many are due, up to ten share them. The bytes of TLS handshakes, the table's and logs' storage, and AWS' free tiers are not counted; neither are alarms and dashboards. Prices are those of the first tier but for messages, so large figures are upper bounds. Whether a connection counts as a request, and whether API Gateway's and Lambda's log lines count against the rate of PutLogEvents, is not documented; the first is taken as yes here, and of the second no limit is reckoned. The queue's waiting messages have no limit. A guest has three sockets at Genesys whatever the number of chats: a relay socket takes one of them.
`;

/** The whole page. The same results give the same page, to the byte. */
export function makeDoc(results: Results): string {
  const { plan } = results;
  return `# Cost and scale

<!-- Written by npm run scale: change bench/scale/, not this file. -->

Which limit binds at how many chats, what is to be done then, and what it all costs. Written by \`npm run scale\` with ${count(plan.chats)} chats at most, ${count(plan.sample)} of each upstream simulated exactly, and seed ${plan.seed}.

${answer(results)}

## What one chat asks for

Frames and messages a minute of a chat, and for each frame what the relay does about it. The held upstreams (\`typing-frame\`, \`participant-state\`) have more writes, reads and queue messages: each "on" is looked at again and watched for ${fixed(SILENCE_MS / 1_000, 0)} s of silence. The expiring ones have fewer frames, for the client has \`lapses\` there and says no "off"; those that are left cost more each, since nearly all of them go upstream.

${markdownTable(chatTable(results))}
## Where each limit binds

Chats at once that use all of a limit, with AWS' and this stack's defaults.

${markdownTable(bindingTable(results))}
${picture('What chats use of each limit, by upstream', 'limits')}
## In turn, and what to do

In the order in which they bind for the first upstream that comes to them.

${markdownTable(remedyTable(results), true)}
Limits of an account and region are shared with all else in it. A second region has its own: it is another stack, and tickets and clients decide who goes where. A held upstream asks for ${percent(writesMore(results), 0)} more writes a chat than an expiring one, and for the queue; where an org offers both, \`web-messaging\` needs no requests and \`typing-frame\` the shorter runs. \`webMessagingKeepOpen\` has two environments: one message at a time each, ${fixed((KEEPING_ENVIRONMENTS * 1_000) / (REFUSAL_WAIT_MS + HOPS.table.fixedMs + HANDLER_MS), 0)} a second, which is ${rounded(keptOnAverage(results))} chats on average and ${at(results, KEPT_OPEN, 'kept-environments')} in their busiest second; what finds both busy is refused by Lambda, and the client gets "Internal server error".

## Crowds

With the default \`throttleRate\` of ${count(plan.throttles.throttleRate)} and \`throttleBurst\` of ${count(plan.throttles.throttleBurst)}; a refused frame is lost, and the next refresh repairs it or not. "All connect anew" is how long it takes until all are back at 500 a second, where a network was away or a stack was replaced: a client should wait a random time of that order, and longer after each refusal. The end after two hours alone is far from it: it brings back as many a second as there are chats divided by 7,200.

${markdownTable(crowdTable(results))}
## Past ${REQUESTS_PER_MINUTE} requests a minute

Chats that share one service account, all simulated together for ${fixed(SHARED_SECONDS / 60, 0)} minutes. When a fifth of the minute's requests is left, refreshes are spared; when a twentieth is left, first "on"s are refused with \`upstream_rate_limited\`; after a 429 nothing is sent until the minute is over. Nearly all drafts (95 %) are shown up to ${fits(results)} chats.

${stuck(results)}

${picture('Drafts shown, onset and stuck bubbles of chats that share one token', 'past-the-budget')}
${markdownTable(sharedTable(results))}
Each new environment asks once for the token's state, and once for each session that it has not seen where the upstream has a check; both are in the requests. Expiry and "off"s do not ask.

## A million typing messages

${formula()}

As the stack is deployed: no ack, log level WARN, ${MEMORY_MB} MB, the access log on. With connection minutes at the pace of these chats, and each chat's ticket and connection.

${markdownTable(partsTable(results))}
With other choices:

${markdownTable(choicesTable(results))}
${levers(results)}
Beside others, for a message from a client to the customer's code, without connection minutes:

${markdownTable(othersTable(results), true)}
## A month

So many chats at once for ${HOURS} hours (eight hours a day), with the prices of the first tier but for messages. A REST upstream does not get there with one token: its figures are as if Genesys had raised the limit.

${markdownTable(monthTable(results))}
${picture('What a month costs, by part', 'cost')}
${standing()}

## Prices

US East (N. Virginia), on demand. "Seen" is the month of the newest dated page that quotes the figure; look at the source before you rely on it.

${markdownTable(priceTable(), true)}
${text(results)}
## The constants of this run

A test fails when the code has others than this table: then run \`npm run scale\` again.

${constants()}${isDefault(results) ? '' : `\nThis is not the default run of ${count(FULL.sample)} chats.\n`}`;
}

const isDefault = ({ plan }: Results): boolean =>
  plan.sample === FULL.sample && plan.chats === FULL.chats && plan.shared === FULL.shared;
