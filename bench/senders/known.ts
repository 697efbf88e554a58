import type { Conversation } from '../simulate/guest.ts';
import type { SenderName } from './keys.ts';
import type { Said } from './logic.ts';
import type { Messages, RelayName } from './messages.ts';
import { messageOf } from './traces.ts';

/** A trace short enough to say beforehand, from each side's documentation, what has to come of it. */

/** A key a second for 40 seconds, and the message half a second later; at a minute one key, and then nothing. */
export const KNOWN_KEYS: Conversation = {
  drafts: [
    { keys: Array.from({ length: 41 }, (_, second) => second * 1_000), end: 40_500, how: 'sent' },
    { keys: [60_000], end: 60_000, how: 'abandoned' },
  ],
  end: 80_000,
};

/** The same said to a relay: an on a second, the off, the on of the one key. */
export const KNOWN_MESSAGES: Messages = {
  messages: [
    ...KNOWN_KEYS.drafts.flatMap(({ keys }) => keys.map((at) => messageOf({ at, isTyping: true }, 1))),
    messageOf({ at: 40_500, isTyping: false }, 1),
  ].toSorted((one, other) => one.at - other.at),
  end: 80_000,
};

/** Ons at these seconds. */
const ons = (first: number, every: number, last: number): string =>
  Array.from({ length: (last - first) / every + 1 }, (_, place) => `on ${first + place * every}`).join(' ');

/** By client/README.md; by the pages that zulip.ts and stream.ts cite. */
const ZULIP = 'on 0 on 31 off 40.5 on 60 off 72';
const STREAM = `${ons(0, 3, 39)} off 40.5 on 60 off 61.5`;
export const KNOWN_SAID: Record<SenderName | RelayName, string> = {
  ours: `${ons(0, 5, 40)} off 40.5 on 60 off 66`,
  Zulip: ZULIP,
  Stream: STREAM,
  nobody: '',
  // By docs/protocol.md and the relay's constants: with an on a second, the first after 4.5 s is a refresh.
  'ours, expiring': `${ons(0, 5, 40)} on 60`,
  // Changes only; its silence is watched by the delay queue, which is no part of a decision.
  'ours, held': 'on 0 off 40.5 on 60',
};

/** Such as `on 0 on 5 off 40.5`, in seconds. */
export const inWords = (said: readonly Said[]): string =>
  said.map(({ at, isTyping }) => `${isTyping ? 'on' : 'off'} ${at / 1_000}`).join(' ');

/** Events that everybody has to refuse. */
export const BAD_EVENTS: readonly unknown[] = [
  ...[
    '',
    'typing',
    '[]',
    '{"type":"typing"}',
    '{"type":"Typing","data":{"isTyping":true}}',
    '{"type":"typing","data":{"isTyping":"true"}}',
    '{"type":"typing","data":{"isTyping":true,"text":"hello"}}',
    '{"type":"typing","data":{"isTyping":true},"extra":1}',
    '{"type":"typing","data":{"isTyping":true},"id":""}',
    JSON.stringify({ type: 'typing', data: { isTyping: true }, id: 'x'.repeat(65) }),
  ].map((body) => messageOf({ at: 0, isTyping: true }, 1, body).event),
  undefined,
  {},
  { requestContext: { eventType: 'CONNECT' } },
];
