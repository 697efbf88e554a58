import type { APIGatewayProxyResult } from 'aws-lambda';
import { connectEvent, SUBPROTOCOL, subprotocolsOf } from './ports/events.ts';

/** $connect: the authorizer has let the client in. Echoes the subprotocol, without which a browser drops the socket. */
export const handler = (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { headers } = connectEvent.parse(raw);
  const offered = subprotocolsOf(headers).includes(SUBPROTOCOL);
  return Promise.resolve({
    statusCode: 200,
    ...(offered && { headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } }),
    body: '',
  });
};
