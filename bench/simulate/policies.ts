/** How a system shows typing, as far as its client, its wire and its far side decide it. Milliseconds. */
export interface Policy {
  name: string;
  /** From the first key to the first "on", while the draft is still there; at once unless told. */
  firstAfter?: number;
  /** Trailing debounce: the "on" comes when no key came for so long. */
  debounce?: number;
  /** Between two "on"s; Infinity where none is repeated. */
  refresh: number;
  /** "On"s are repeated by a timer and not by keys. */
  timer?: true;
  /** Without a key for so long the client says "off". */
  idle?: number;
  /** The client says "off" when the message is sent. */
  offOnSend?: true;
  /** After a message the next key says "on", however short a time it is since the last one. */
  newOnSend?: true;
  /** The far side shows it for so long after an "on". */
  expiry: number;
  /** The far side goes on showing it when the message comes. */
  outlivesMessage?: true;
}

const s = (seconds: number): number => seconds * 1_000;

/**
 * The fourteen systems. Where a system says "off" but no idle time is known, it is said on send only; where nothing is
 * known of a message, it clears the bubble.
 */
export const SYSTEMS: readonly Policy[] = [
  { name: 'Genesys guest SDK', refresh: s(5), expiry: s(5), newOnSend: true },
  { name: 'Zulip', refresh: s(30), idle: s(12), offOnSend: true, expiry: s(45) },
  { name: 'Matrix', refresh: s(10), idle: s(10), offOnSend: true, expiry: s(30) },
  { name: 'Stream', refresh: s(2), idle: s(1), offOnSend: true, expiry: s(7) },
  { name: 'Ably Chat', refresh: s(10), offOnSend: true, expiry: s(12) },
  { name: 'Rocket.Chat', firstAfter: 500, refresh: s(5), idle: s(15), offOnSend: true, expiry: s(15) },
  { name: 'Mattermost', refresh: s(5), expiry: s(5) },
  { name: 'Signal', refresh: s(10), timer: true, idle: s(3), newOnSend: true, expiry: s(15) },
  { name: 'Twilio', refresh: s(5), expiry: s(6) },
  { name: 'PubNub', refresh: s(4), offOnSend: true, expiry: s(5) },
  { name: 'Sendbird', refresh: s(1), offOnSend: true, expiry: s(10) },
  { name: 'Chatwoot', refresh: Infinity, idle: s(4), expiry: s(30), outlivesMessage: true },
  { name: 'XMPP', refresh: Infinity, idle: s(30), newOnSend: true, expiry: Infinity },
  { name: 'Discord', refresh: s(8), expiry: s(10) },
];

/** A figure that was published for a policy, in the units of the table: share, per typing minute, seconds. */
export interface Published {
  accuracy?: number;
  flickers?: number;
  calls?: number;
  stuckAbandoned?: number;
  onsetMean?: number;
  onsetP95?: number;
}

/** The policies with known figures: the measuring stick of this simulation. */
export const REFERENCES: readonly { policy: Policy; published: Published }[] = [
  {
    policy: { name: 'every key, off after 1 s, E 5', refresh: 0, idle: s(1), offOnSend: true, expiry: s(5) },
    published: { accuracy: 0.92, flickers: 6.1, calls: 218.8, stuckAbandoned: 1.2 },
  },
  {
    policy: { name: 'R 5 E 5', refresh: s(5), expiry: s(5) },
    published: { accuracy: 0.93, flickers: 6.75, calls: 12.8, stuckAbandoned: 2.5 },
  },
  {
    policy: { name: 'R 4 E 5', refresh: s(4), expiry: s(5) },
    published: { accuracy: 0.942, flickers: 1.48, calls: 15.1, stuckAbandoned: 3 },
  },
  {
    policy: { name: 'R 5 E 6', refresh: s(5), expiry: s(6) },
    published: { accuracy: 0.944, flickers: 1.18, calls: 12.8, stuckAbandoned: 3.8 },
  },
  {
    policy: { name: 'R 5 E 7', refresh: s(5), expiry: s(7) },
    published: { accuracy: 0.946, flickers: 0.68, calls: 12.8, stuckAbandoned: 4.8 },
  },
  { policy: { name: 'R 5 E 8', refresh: s(5), expiry: s(8) }, published: { flickers: 0.47 } },
  {
    policy: { name: 'Stream R 2 T 1.25 E 7', refresh: s(2), idle: 1_250, offOnSend: true, expiry: s(7) },
    published: { accuracy: 0.927, flickers: 4.2, calls: 35.2, stuckAbandoned: 1.4 },
  },
  {
    policy: {
      name: 'Signal R 10 T 3 E 15',
      refresh: s(10),
      timer: true,
      idle: s(3),
      newOnSend: true,
      expiry: s(15),
    },
    published: { accuracy: 0.943, flickers: 1.1, calls: 10.6, stuckAbandoned: 3.2 },
  },
  {
    policy: { name: 'Zulip R 30 T 12 E 45', refresh: s(30), idle: s(12), offOnSend: true, expiry: s(45) },
    published: { accuracy: 0.929, flickers: 0.12, calls: 10.6, stuckAbandoned: 12.5 },
  },
  {
    policy: { name: 'R 10 T 5 E 12', refresh: s(10), idle: s(5), newOnSend: true, expiry: s(12) },
    published: { accuracy: 0.946, flickers: 0.59, calls: 9.2, stuckAbandoned: 4.9 },
  },
  {
    policy: { name: 'R 10 T 5 E 21', refresh: s(10), idle: s(5), newOnSend: true, expiry: s(21) },
    published: { accuracy: 0.947, flickers: 0.5, calls: 9.2, stuckAbandoned: 5.3 },
  },
  {
    policy: { name: 'R 2 T 6 E 6', refresh: s(2), idle: s(6), newOnSend: true, expiry: s(6) },
    published: { accuracy: 0.949, flickers: 0.51, calls: 26.6, stuckAbandoned: 5.2 },
  },
  {
    policy: { name: 'debounce 500 ms', debounce: 500, refresh: 0, expiry: s(5) },
    published: { onsetMean: 2.4, onsetP95: 6.1 },
  },
];
