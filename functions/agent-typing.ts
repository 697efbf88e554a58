import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openAgentTyping } from './ports/agent-typing.ts';
import { webhookEvent } from './ports/http-events.ts';
import { openTell } from './ports/tell.ts';
import { makeAgentTyping } from './relay/agent-typing.ts';

const receive = makeAgentTyping(openAgentTyping());
const tell = openTell();

/** The webhook of an open messaging integration: an agent's typing goes to the guest, anything else is only counted. */
export const handler = async (raw: unknown): Promise<APIGatewayProxyStructuredResultV2> => {
  const { headers, body = '', isBase64Encoded, requestContext } = webhookEvent.parse(raw);
  const { requestId } = requestContext;
  const { status, outcome } = await receive({
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    signature: headers['x-hub-signature-256'],
    requestId,
  });
  tell([{ event: 'agent-typing', requestId, outcome }]);
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome }),
  };
};
