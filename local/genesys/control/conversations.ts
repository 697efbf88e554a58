import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import type { Call, ControlPorts, ControlRoute } from './call.ts';
import { ControlError, conversationOf, known, ok, parse } from './call.ts';

const typingSchema = z.strictObject({ durationMs: z.optional(z.int().check(z.gte(0), z.lte(600_000))) });
const messageSchema = z.strictObject({ text: z.string().check(z.minLength(1)) });
const receiptSchema = z.strictObject({
  status: z.enum(['Sent', 'Delivered', 'Read', 'Failed', 'Published', 'Removed']),
});
const sessionSchema = z.strictObject({
  conversationId: z.string(),
  how: z.enum(['expire', 'end', 'sign-in', 'logout', 'forget']),
});

const path = '/control/conversations/:conversationId';

/** What happens in a conversation on the org's side. */
export const conversationRoutes: readonly ControlRoute[] = [
  { method: 'GET', path, handle: (call, ports) => ok(ofPath(call, ports)) },
  { method: 'POST', path: `${path}/agent-typing`, handle: agentTypes },
  { method: 'POST', path: `${path}/agent-message`, handle: agentWrites },
  { method: 'POST', path: `${path}/receipt`, handle: sendReceipt },
  { method: 'POST', path: `${path}/transfer`, handle: transfer },
  { method: 'POST', path: '/control/sessions', handle: finishSession },
];

function ofPath({ params }: Call, ports: ControlPorts): ReturnType<typeof conversationOf> {
  return conversationOf(params.get('conversationId') ?? '', ports);
}

function agentTypes(call: Call, ports: ControlPorts): Answer {
  const conversation = ofPath(call, ports);
  ports.agents.type(conversation.conversationId, parse(typingSchema, call.body ?? {}).durationMs);
  return ok(conversation);
}

function agentWrites(call: Call, ports: ControlPorts): Answer {
  const conversation = ofPath(call, ports);
  ports.agents.write(conversation.conversationId, parse(messageSchema, call.body).text);
  return ok(conversation);
}

function sendReceipt(call: Call, ports: ControlPorts): Answer {
  const conversation = ofPath(call, ports);
  if (conversation.channel !== 'open') throw new ControlError(400, 'only open messaging has receipts');
  ports.agents.receipt(conversation.conversationId, parse(receiptSchema, call.body).status);
  return ok(conversation);
}

function transfer(call: Call, ports: ControlPorts): Answer {
  const { conversationId, guestId } = ofPath(call, ports);
  ports.state.transfer(conversationId);
  return ok(known(ports.state.guest(guestId), 'such guest'));
}

/** Ends the session of a guest of web messaging; in open messaging only the conversation itself can end. */
function finishSession({ body }: Call, ports: ControlPorts): Answer {
  const { conversationId, how } = parse(sessionSchema, body);
  const { channel } = conversationOf(conversationId, ports);
  if (channel === 'open') {
    if (how !== 'end') throw new ControlError(400, 'open messaging has no sessions: only end');
    ports.state.end(conversationId);
    return ok(conversationOf(conversationId, ports));
  }
  const session = ports.sessions.ofConversation(conversationId);
  ports.sessions.finish(known(session, 'session of web messaging in this conversation'), how);
  return ok(conversationOf(conversationId, ports));
}
