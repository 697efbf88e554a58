import type { APIGatewayProxyResult } from 'aws-lambda';
import { disconnectEvent } from './ports/events.ts';
import { openSender } from './ports/sender.ts';
import { makeRelay } from './relay/relay.ts';

const relay = makeRelay(await openSender());

/** $disconnect: the guest left, so typing ends. */
export const handler = async (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { connectionId, requestId, requestTimeEpoch, authorizer } = disconnectEvent.parse(raw).requestContext;
  await relay.left({
    connectionId,
    sealedSession: authorizer.session,
    requestId,
    receivedAt: requestTimeEpoch,
  });
  return { statusCode: 200, body: '' };
};
