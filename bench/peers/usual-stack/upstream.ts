import * as z from 'zod';
import { EXPIRY_MS } from '../../../functions/relay/constants.ts';
import { FrameError } from './errors.ts';
import type { ApiCall, Genesys } from './genesys.ts';
import type { Upstream } from './session.ts';
import type { Settings } from './settings.ts';
import { sayAsGuest, sendFrame } from './sockets.ts';

const conversation = z.object({
  participants: z.array(
    z.object({
      id: z.string(),
      purpose: z.string().nullish(),
      endTime: z.string().nullish(),
      messages: z
        .array(
          z.object({
            id: z.string().nullish(),
            state: z.string().nullish(),
            type: z.string().nullish(),
            disconnectedTime: z.string().nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});
type Conversation = z.infer<typeof conversation>;

type RestUpstream = Extract<
  Upstream,
  { kind: 'open-messaging' | 'agent-communication' | 'participant-state' }
>;

/** Whether a message of this upstream uses up the service account's requests. */
export const isOfService = (upstream: Upstream): boolean => {
  switch (upstream.kind) {
    case 'open-messaging':
      return true;
    case 'agent-communication':
      return upstream.userToken === undefined;
    case 'participant-state':
      return upstream.guestToken === undefined;
    case 'typing-frame':
    case 'web-messaging':
      return false;
  }
};

function callOf(upstream: RestUpstream, isTyping: boolean): ApiCall {
  switch (upstream.kind) {
    case 'open-messaging': {
      const { integrationId, userId: id, idType, nickname } = upstream;
      return {
        method: 'POST',
        path: `/api/v2/conversations/messages/${integrationId}/inbound/open/event`,
        body: {
          channel: {
            from: { id, idType, ...(nickname !== undefined && { nickname }) },
            time: new Date().toISOString(),
          },
          events: [{ eventType: 'Typing' }],
        },
      };
    }
    case 'agent-communication': {
      const { conversationId, communicationId, userToken } = upstream;
      return {
        method: 'POST',
        path: `/api/v2/conversations/messages/${conversationId}/communications/${communicationId}/typing`,
        body: { typing: { type: 'On', duration: EXPIRY_MS } },
        bearer: userToken,
      };
    }
    case 'participant-state': {
      const { conversationId, participantId, guestToken } = upstream;
      return {
        method: 'POST',
        path: `/api/v2/conversations/${conversationId}/participants/${participantId}`,
        body: { routing: { priority: 0 }, state: isTyping ? 'typing' : 'connected' },
        bearer: guestToken,
      };
    }
  }
}

/** Shows typing in the way of its upstream. @throws FrameError */
export async function show(
  { genesys, settings }: { genesys: Genesys; settings: Settings },
  upstream: Upstream,
  isTyping: boolean,
  deadline: number,
): Promise<void> {
  switch (upstream.kind) {
    case 'typing-frame':
      return sendFrame(upstream.socketUrl, { type: 'typing', data: { isTyping } }, deadline);
    case 'web-messaging': {
      const message = { events: [{ eventType: 'Typing', typing: { type: 'On' } }], type: 'Event' };
      return sayAsGuest({ ...upstream, url: settings.WEB_MESSAGING_URL }, message, deadline);
    }
    case 'open-messaging':
    case 'agent-communication':
    case 'participant-state':
      await genesys.call(callOf(upstream, isTyping), deadline);
  }
}

/** Which question an upstream asks before a session's first message, if any. */
export function questionOf(upstream: Upstream): ApiCall | undefined {
  const path = (id: string): string => `/api/v2/conversations/${id}`;
  if (upstream.kind === 'agent-communication')
    return { method: 'GET', path: path(upstream.conversationId), bearer: upstream.userToken };
  if (upstream.kind === 'participant-state' && upstream.guestToken === undefined)
    return { method: 'GET', path: path(upstream.conversationId) };
  return undefined;
}

/** Makes sure that typing would be seen. @throws FrameError */
export function judge(upstream: Upstream, answer: unknown): void {
  const parsed = conversation.safeParse(answer);
  if (!parsed.success) return;
  const { participants } = parsed.data;
  if (upstream.kind === 'participant-state' && !participants.some(({ id }) => id === upstream.participantId))
    throw new FrameError('upstream_rejected', 'This participant is not one of this conversation.');
  if (upstream.kind === 'agent-communication') judgeCommunication(upstream.communicationId, participants);
}

function judgeCommunication(id: string, participants: Conversation['participants']): void {
  const owner = participants.find(({ messages }) => messages?.some((message) => message.id === id));
  const message = owner?.messages?.find((one) => one.id === id);
  if (!owner || !message || owner.purpose === 'customer')
    throw new FrameError('upstream_rejected', 'This communication is not that of an agent here.');
  if (message.type && !['webmessaging', 'open'].includes(message.type))
    throw new FrameError('upstream_rejected', 'This channel shows no typing.');
  if (message.disconnectedTime || owner.endTime || message.state === 'disconnected')
    throw new FrameError('session_ended', 'This communication is over.');
}
