import type { APIGatewayProxyResult } from 'aws-lambda';
import { openConnections } from './ports/connections.ts';
import { messageEvent } from './ports/events.ts';
import { openSender } from './ports/sender.ts';
import { makeRelay } from './relay/relay.ts';

const relay = makeRelay(await openSender());
const connections = openConnections();

/** The route `typing`: hands the frame to the relay, and its answer, if there is one, to the client. */
export const handler = async (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { body = '', requestContext } = messageEvent.parse(raw);
  const { connectionId, connectedAt, requestId, requestTimeEpoch, authorizer } = requestContext;
  const answer = await relay.typing({
    body,
    connectionId,
    connectedAt,
    sealedSession: authorizer.session,
    requestId,
    receivedAt: requestTimeEpoch,
  });
  if (answer) await connections.answer(connectionId, answer, requestId);
  return { statusCode: 200, body: '' };
};
