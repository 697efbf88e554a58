import * as z from 'zod/mini';

import type { Acting } from './actions.ts';
import * as frames from './frames.ts';
import { CODE } from './frames.ts';

/** What a guest says (§2.1); events of other types are for parts of the platform that are not played here. */
const request = z.object({
  message: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('Text'),
      text: z.string().check(z.minLength(1)),
      metadata: z.optional(z.record(z.string(), z.string())),
    }),
    z.object({ type: z.literal('Event'), events: z.array(z.looseObject({ eventType: z.string() })) }),
  ]),
});
const typingEvent = z.object({ eventType: z.literal('Typing'), typing: z.object({ type: z.literal('On') }) });

/** The body with which typing is refused where the deployment does not show it (§2.1). */
const FEATURE_OFF = 'Turn on the Feature Toggle or fix the configuration.';

/** A message or an event of the guest, at most so many a second in one session (§2.2). */
export function onMessage(acting: Acting): void {
  const { frame, tracingId, guest, session, ports } = acting;
  const refuse = (code: number, text: string): void => {
    guest.send(frames.plainError(code, text, tracingId));
  };
  const retryAfter = ports.sessions.spend(session);
  if (retryAfter > 0) {
    guest.send(frames.tooManyRequests(retryAfter, tracingId));
    return;
  }
  if (session.status === 'read-only') {
    if (ports.behaviour.inReadOnly === 'refused') refuse(CODE.forbidden, 'The conversation is read-only.');
    return;
  }
  const read = request.safeParse(frame);
  if (!read.success) {
    refuse(CODE.missingParameter, 'Missing parameter: message');
    return;
  }
  const { message } = read.data;
  if (message.type === 'Text') write(message.text, message.metadata ?? {}, acting);
  else if (message.events.some(({ eventType }) => eventType === 'Typing')) {
    // There is no off (§2.3), so what is no "on" makes no sense.
    const on = message.events.some((event) => typingEvent.safeParse(event).success);
    if (!on) refuse(CODE.badRequest, 'Request failed.');
    else if (!session.deployment.showUserTypingIndicator) refuse(CODE.forbidden, FEATURE_OFF);
    else type(acting);
  }
}

function write(text: string, metadata: object, { tracingId, session, ports }: Acting): void {
  ports.state.addMessage(ports.sessions.conversationOf(session), text);
  ports.sessions.touch(session);
  ports.sessions.tell(session, frames.guestText(text, metadata, tracingId));
}

/** The guest's bubble shows at the agent, and lapses by itself. */
function type({ session, ports }: Acting): void {
  const { sessions, state, behaviour } = ports;
  if (behaviour.typingBeginsConversation) sessions.conversationOf(session);
  if (session.conversationId !== undefined) {
    state.showTyping(session.conversationId, 'guest', behaviour.displayMs);
  }
  if (behaviour.typingExtendsSession) sessions.touch(session);
  if (behaviour.echoesTyping) sessions.tell(session, frames.guestTyping(behaviour.displayMs));
}
