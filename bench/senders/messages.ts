import * as z from 'zod';
import { messageEvent } from '../../functions/ports/events.ts';
import { parseTypingFrame } from '../../functions/relay/protocol.ts';
import { decide, type TypingEvent, type TypingState } from '../../functions/relay/typing.ts';
import type { Timing } from '../../functions/relay/upstream.ts';
import type { Logic, MakeLogic, Said } from './logic.ts';
import { streamLogic } from './stream.ts';
import type { Time } from './time.ts';
import { zulipLogic } from './zulip.ts';

/** A MESSAGE event as API Gateway hands it over, and when it comes by the virtual clock. */
export interface Message {
  event: unknown;
  at: number;
}

/** Messages in order of time, and until when they are followed. */
export interface Messages {
  messages: readonly Message[];
  end: number;
}

/** What a message says, once it is known to be one. */
interface Typed extends TypingEvent {
  session: string;
}

/** Decides about messages in order of time. */
type MakeDecider = (forward: (isTyping: boolean) => void) => (typed: Typed) => void;

/** @throws Error for an event or a frame that is none */
type Check = (event: unknown) => Typed;

/** As functions/typing.ts reads its event, and the relay the frame in it. */
const ourCheck: Check = (event) => {
  const { body = '', requestContext } = messageEvent.parse(event);
  const { connectionId, connectedAt, requestTimeEpoch, authorizer } = requestContext;
  const { isTyping } = parseTypingFrame(body).data;
  return { isTyping, connectionId, connectedAt, at: requestTimeEpoch, session: authorizer.session };
};

/** The same checks in the form of zod that most projects write. */
const usualEvent = z.object({
  requestContext: z.object({
    eventType: z.literal('MESSAGE'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer: z.object({ session: z.string(), inbox: z.string().optional() }),
  }),
  body: z.string().optional(),
});
const usualFrame = z.strictObject({
  type: z.literal('typing'),
  data: z.strictObject({ isTyping: z.boolean() }),
  id: z.string().min(1).max(64).optional(),
});
const usualCheck: Check = (event) => {
  const { body = '', requestContext } = usualEvent.parse(event);
  const { connectionId, connectedAt, requestTimeEpoch, authorizer } = requestContext;
  const { isTyping } = usualFrame.parse(JSON.parse(body)).data;
  return { isTyping, connectionId, connectedAt, at: requestTimeEpoch, session: authorizer.session };
};

/** The relay's decision, its state kept in memory. */
const ours =
  (timing: Timing): MakeDecider =>
  (forward) => {
    const states = new Map<string, TypingState>();
    return (typed) => {
      const { send, next } = decide(states.get(typed.session), typed, timing);
      if (next) states.set(typed.session, next);
      if (send) forward(send === 'on');
    };
  };

/** A sender's logic in the relay's place, one for each session: an on is a key to it. */
const relayed =
  (make: MakeLogic): MakeDecider =>
  (forward) => {
    const logics = new Map<string, Logic>();
    return ({ session, isTyping }) => {
      let logic = logics.get(session);
      if (!logic) logics.set(session, (logic = make(forward)));
      if (isTyping) logic.key();
      else logic.end();
    };
  };

/** Who takes part; an upstream that expires is told "on" only, one that holds its state is told changes. */
const RELAYS = {
  'ours, expiring': { check: ourCheck, make: ours('expiring') },
  'ours, held': { check: ourCheck, make: ours('held') },
  Zulip: { check: usualCheck, make: relayed(zulipLogic) },
  Stream: { check: usualCheck, make: relayed(streamLogic) },
} as const satisfies Record<string, { check: Check; make: MakeDecider }>;
export type RelayName = keyof typeof RELAYS;

type Forward = (isTyping: boolean) => void;

/** Hands messages to one of them, from the beginning of time to its end. @throws Error for one that is none */
export function playMessages(
  name: RelayName,
  { messages, end }: Messages,
  time: Time,
  forward: Forward,
): void {
  time.reset();
  const { check, make } = RELAYS[name];
  const decider = make(forward);
  for (const { event, at } of messages) {
    time.moveTo(at);
    decider(check(event));
  }
  time.moveTo(end);
}

/** As {@link playMessages} of messages that were checked before. @returns what plays them */
export function checkedBefore(name: RelayName, { messages, end }: Messages, time: Time) {
  const { check, make } = RELAYS[name];
  const checked = messages.map(({ event, at }) => ({ typed: check(event), at }));
  return (forward: Forward): void => {
    time.reset();
    const decider = make(forward);
    for (const { typed, at } of checked) {
      time.moveTo(at);
      decider(typed);
    }
    time.moveTo(end);
  };
}

/** What one of them sends on. */
export function forwardedOf(name: RelayName, messages: Messages, time: Time): Said[] {
  const said: Said[] = [];
  playMessages(name, messages, time, (isTyping) => said.push({ at: time.now(), isTyping }));
  return said;
}

/** Whether it takes an event that stands alone. */
export function takes(name: RelayName, event: unknown): boolean {
  try {
    RELAYS[name].check(event);
    return true;
  } catch {
    return false;
  }
}
