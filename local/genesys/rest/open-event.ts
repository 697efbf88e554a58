import { randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

import { parseJson } from '../../json.ts';
import type { GuestRecord } from '../guest-record.ts';
import { orgError } from '../org-error.ts';
import { PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Call, OrgAnswer } from './call.ts';
import { notFound, readBody, refusedWithout } from './call.ts';

const text = z.string().check(z.minLength(1));
const optionalText = z.optional(z.string());
const from = {
  id: text,
  idType: z.enum(['Email', 'Phone', 'Opaque']),
  nickname: optionalText,
  firstName: optionalText,
  lastName: optionalText,
  image: optionalText,
  email: optionalText,
};
const time = z.iso.datetime({ offset: true });
const eventType = z.literal('Typing');

/** `OpenInboundNormalizedEvent` (§3.2): an event has just its type, and the channel neither `to` nor `messageId`. */
const exactEvent = z.strictObject({
  channel: z.strictObject({ from: z.strictObject(from), time }),
  events: z.array(z.strictObject({ eventType })).check(z.minLength(1)),
});
const looseEvent = z.object({
  channel: z.object({ from: z.object(from), time }),
  events: z.array(z.object({ eventType })).check(z.minLength(1)),
});
const sender = z.object({ channel: z.object({ from: z.object({ id: text }) }) });

/** A guest types on a channel of the customer's own: its bubble shows for a time (§3.2). */
export function postOpenEvent({ params, caller, body }: Call, ports: OrgPorts): OrgAnswer {
  const { state, behaviour, integrations } = ports;
  const refusal = refusedWithout(caller, [PERMISSION.receiveMessage], 'missing.permissions');
  if (refusal !== undefined) return refusal;
  const integrationId = params.get('integrationId') ?? '';
  const integration = integrations.get(integrationId);
  if (integration === undefined) return notFound(`The integration ${integrationId}`);
  const read = readBody(behaviour.openEventExtraFields === 'refused' ? exactEvent : looseEvent, body);
  if (read.refusal) return read.refusal;
  const { channel } = read.value;

  if (integration.inbound === 'Disabled' && behaviour.openEventDisabledStatus >= 400) {
    const message = 'Inbound typing events are disabled in the messaging setting of the integration.';
    return orgError(behaviour.openEventDisabledStatus, 'bad.request', message);
  }
  const answer = { status: 200, body: normalized(integrationId, channel) };
  if (integration.inbound === 'Disabled') return { ...answer, status: behaviour.openEventDisabledStatus };
  // An event may begin a conversation, as a message does.
  const openUserId = channel.from.id;
  const known = state.openGuest(integrationId, openUserId);
  const guest = known ?? state.createGuest({ channel: 'open', integrationId, openUserId });
  state.showTyping(guest.conversationId, 'guest', behaviour.displayMs);
  return { ...answer, guest };
}

/** `OpenEventNormalizedMessage`, as index.d.ts of platform-client-sdk-javascript has it. */
function normalized(integrationId: string, channel: z.infer<typeof looseEvent>['channel']): object {
  const id = randomUUID().replaceAll('-', '');
  return {
    id,
    channel: {
      id: integrationId,
      platform: 'Open',
      type: 'Private',
      messageId: id,
      to: { id: integrationId },
      from: channel.from,
      time: channel.time,
    },
    type: 'Event',
    events: [{ eventType: 'Typing', typing: { type: 'On' } }],
  };
}

/** The guest that an event is from, when it has a conversation. */
export function openUserOf(
  { params, body }: Pick<Call, 'params' | 'body'>,
  { state }: OrgPorts,
): GuestRecord | undefined {
  const parsed = sender.safeParse(parseJson(body));
  const integrationId = params.get('integrationId') ?? '';
  return parsed.success ? state.openGuest(integrationId, parsed.data.channel.from.id) : undefined;
}
