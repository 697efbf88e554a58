import type { APIGatewayProxyResult } from 'aws-lambda';
import { connectEvent, SUBPROTOCOL, subprotocolsOf } from './ports/http-events.ts';
import { openListeners } from './ports/listeners.ts';
import { log } from './ports/log.ts';
import { openTell } from './ports/tell.ts';
import { describe } from './relay/errors.ts';

const listeners = openListeners();
const tell = openTell();

/**
 * $connect: the authorizer has let the client in. Notes the connection where agents' typing will look for it, and
 * echoes the subprotocol, without which a browser drops the socket.
 */
export const handler = async (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { headers, requestContext } = connectEvent.parse(raw);
  const { connectionId, connectedAt, requestId, authorizer } = requestContext;
  if (authorizer?.inbox !== undefined) {
    // The guest's own typing works without it.
    await listeners.add(authorizer.inbox, { connectionId, connectedAt }).catch((error: unknown) => {
      log.error('listener_not_noted', { requestId, cause: describe(error) });
    });
  }
  tell([{ event: 'connect', outcome: 'connected', requestId, connectionId }]);
  const offered = subprotocolsOf(headers).includes(SUBPROTOCOL);
  return {
    statusCode: 200,
    ...(offered && { headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } }),
    body: '',
  };
};
