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

type MessageEvent = z.infer<typeof messageEvent>;

/** What API Gateway's event says, once it is known to be one; the frame in it is not looked at yet. */
interface Received extends Omit<TypingEvent, 'isTyping'> {
  session: string;
  body: string;
}

/** What a message says, once its frame is known to be one as well. */
interface Typed extends TypingEvent {
  session: string;
}

/** Decides about messages in order of time. */
type MakeDecider = (forward: (isTyping: boolean) => void) => (typed: Typed) => void;

/** @throws Error for an event, or a frame, that is none */
interface Checks {
  event: (event: unknown) => Received;
  frame: (received: Received) => Typed;
}

/** @param isTypingIn reads a frame's text */
const checksOf = (
  parseEvent: (event: unknown) => MessageEvent,
  isTypingIn: (text: string) => boolean,
): Checks => ({
  event(event) {
    const { body = '', requestContext } = parseEvent(event);
    const { connectionId, connectedAt, requestTimeEpoch, authorizer } = requestContext;
    return { body, connectionId, connectedAt, at: requestTimeEpoch, session: authorizer.session };
  },
  frame: ({ body, connectionId, connectedAt, at, session }) => ({
    isTyping: isTypingIn(body),
    connectionId,
    connectedAt,
    at,
    session,
  }),
});

/** As functions/typing.ts reads its event, and the relay the frame in it. */
const ourChecks = checksOf(
  (event) => messageEvent.parse(event),
  (text) => parseTypingFrame(text).data.isTyping,
);

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
const usualChecks = checksOf(
  (event) => usualEvent.parse(event),
  (text) => usualFrame.parse(JSON.parse(text)).data.isTyping,
);

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
  'ours, expiring': { checks: ourChecks, make: ours('expiring') },
  'ours, held': { checks: ourChecks, make: ours('held') },
  Zulip: { checks: usualChecks, make: relayed(zulipLogic) },
  Stream: { checks: usualChecks, make: relayed(streamLogic) },
} as const satisfies Record<string, { checks: Checks; make: MakeDecider }>;
export type RelayName = keyof typeof RELAYS;

type Forward = (isTyping: boolean) => void;

/**
 * What is played of messages, all or what of them was not checked before: event, frame and decision; frame and decision,
 * also of frames that ask for an ack, which ours knows as little by heart as the others know any; the decision.
 */
export const PARTS = ['messages', 'frames', 'asking', 'decisions'] as const;
export type Part = (typeof PARTS)[number];

/** Plays messages from the beginning of time to its end. @throws Error for one that is none */
export type Play = (forward: Forward) => void;

/** @param part what is played: what comes before it is done once, here */
export function playerOf(name: RelayName, part: Part, { messages, end }: Messages, time: Time): Play {
  const { checks, make } = RELAYS[name];
  const play =
    <T>(steps: readonly { step: T; at: number }[], typedOf: (step: T) => Typed): Play =>
    (forward) => {
      time.reset();
      const decider = make(forward);
      for (const { step, at } of steps) {
        time.moveTo(at);
        decider(typedOf(step));
      }
      time.moveTo(end);
    };
  const events = messages.map(({ event, at }) => ({ step: event, at }));
  if (part === 'messages') return play(events, (event) => checks.frame(checks.event(event)));
  const received = events.map(({ step, at }) => ({ step: checks.event(step), at }));
  if (part === 'frames') return play(received, checks.frame);
  if (part === 'asking') {
    const asking = received.map(({ step, at }, place) => ({ step: asks(step, place), at }));
    return play(asking, checks.frame);
  }
  const typed = received.map(({ step, at }) => ({ step: checks.frame(step), at }));
  return play(typed, (step) => step);
}

const frame = z.record(z.string(), z.unknown());

/** The same frame with an id. */
const asks = (received: Received, place: number): Received => ({
  ...received,
  body: JSON.stringify({ ...frame.parse(JSON.parse(received.body)), id: `frame-${place}` }),
});

/** What one of them sends on. */
export function forwardedOf(name: RelayName, messages: Messages, time: Time): Said[] {
  const said: Said[] = [];
  playerOf(name, 'messages', messages, time)((isTyping) => said.push({ at: time.now(), isTyping }));
  return said;
}

/** Whether it takes an event that stands alone. */
export function takes(name: RelayName, event: unknown): boolean {
  try {
    const { checks } = RELAYS[name];
    checks.frame(checks.event(event));
    return true;
  } catch {
    return false;
  }
}
