import * as z from 'zod/mini';

/** What the bodies that pass say of typing: the client's frames, and each upstream's own form. */

const frame = z.object({ data: z.object({ isTyping: z.boolean() }) });
const participantState = z.object({ state: z.enum(['typing', 'connected']) });
const typingEvents = z.object({
  events: z.array(z.object({ eventType: z.literal('Typing') })).check(z.minLength(1)),
});
const webMessaging = z.object({ message: typingEvents });
const agentCommunication = z.object({ typing: z.object({ type: z.literal('On') }) });

const typed = z.object({ type: z.string() });

/** Whether a frame or a REST body says that somebody types; undefined when it says nothing of it. */
export function typingOf(body: unknown): boolean | undefined {
  const said = frame.safeParse(body).data;
  if (said !== undefined) return said.data.isTyping;
  const state = participantState.safeParse(body).data?.state;
  if (state !== undefined) return state === 'typing';
  // The published forms know no off.
  const isOn = [typingEvents, webMessaging, agentCommunication].some((form) => form.safeParse(body).success);
  return isOn ? true : undefined;
}

/** The `type` of a frame. */
export function typeOf(body: unknown): string | undefined {
  return typed.safeParse(body).data?.type;
}
