import type { APIGatewayProxyResult } from 'aws-lambda';
import { disconnectEvent } from './ports/events.ts';
import { openListeners } from './ports/listeners.ts';
import { log } from './ports/log.ts';
import { openSender } from './ports/sender.ts';
import { describe } from './relay/errors.ts';
import { makeRelay } from './relay/relay.ts';

const relay = makeRelay(await openSender());
const listeners = openListeners();

/** $disconnect: the guest left, so typing ends, and no agent's typing is for this connection. */
export const handler = async (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { connectionId, connectedAt, requestId, requestTimeEpoch, authorizer } =
    disconnectEvent.parse(raw).requestContext;
  await relay.left({
    connectionId,
    connectedAt,
    sealedSession: authorizer.session,
    requestId,
    receivedAt: requestTimeEpoch,
  });
  if (authorizer.inbox === undefined) return { statusCode: 200, body: '' };
  // What stays behind would only be gone at the next push, and expires.
  await listeners.remove(authorizer.inbox, connectionId).catch((error: unknown) => {
    log.warn('listener_not_removed', { requestId, cause: describe(error) });
  });
  return { statusCode: 200, body: '' };
};
