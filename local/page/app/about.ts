import * as z from 'zod/mini';
import { parseJson } from '../../json.ts';
import type { GatewayEvent, GuestReply, OrgMessage } from './wire.ts';

/** Whose something is that bears neither the conversation nor a connection of the page. */

const ofDeployment = z.object({ deploymentId: z.string() });
const inbound = z.object({ channel: z.object({ from: z.object({ id: z.string() }) }) });
const outbound = z.object({ channel: z.object({ to: z.object({ id: z.string() }) }) });

type Ids = Pick<GuestReply, 'conversationId' | 'deploymentId' | 'openUserId'>;

/** Whether what arrived at the org is about this guest: an upgrade of web messaging names a deployment only. */
export function isAbout(
  { conversationId, deploymentId, openUserId }: Ids,
  { conversationId: its, body }: OrgMessage,
): boolean {
  return (
    its === conversationId ||
    ofDeployment.safeParse(body).data?.deploymentId === deploymentId ||
    inbound.safeParse(body).data?.channel.from.id === openUserId
  );
}

/** Whether a webhook's delivery is for this guest. */
export function isFor({ openUserId }: Ids, { kind, body = '' }: GatewayEvent): boolean {
  return kind === 'http-in' && outbound.safeParse(parseJson(body)).data?.channel.to.id === openUserId;
}
