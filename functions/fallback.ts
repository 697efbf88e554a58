import type { APIGatewayProxyResult } from 'aws-lambda';
import { makeConnections } from './ports/connections.ts';
import { openCounter } from './ports/counter.ts';
import { messageEvent } from './ports/events.ts';
import { RelayError } from './relay/errors.ts';
import { answerOther, frameIdOf, type ServerFrame, toErrorFrame } from './relay/protocol.ts';

const countFrame = openCounter();
const connections = makeConnections();

/**
 * $default: whatever no other route took. A ping is answered, anything else is told what was wrong with it. The body
 * is the answer: this route has a route response, so it needs no call back to API Gateway.
 */
export const handler = async (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { body = '', requestContext } = messageEvent.parse(raw);
  const { connectionId, requestId, requestTimeEpoch } = requestContext;
  const verdict = await countFrame({ connectionId, requestId, receivedAt: requestTimeEpoch });
  if (!verdict.flood) return { statusCode: 200, body: JSON.stringify(answerTo(body, requestId)) };
  if (verdict.last) await connections.answer(connectionId, verdict.last, requestId);
  return { statusCode: 200, body: '' };
};

function answerTo(body: string, requestId: string): ServerFrame {
  try {
    return answerOther(body);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return toErrorFrame(error, requestId, frameIdOf(body));
  }
}
