import type { APIGatewayProxyResult } from 'aws-lambda';
import { messageEvent } from './ports/events.ts';
import { RelayError } from './relay/errors.ts';
import { answerOther, frameIdOf, toErrorFrame } from './relay/protocol.ts';

/**
 * $default: whatever no other route took. A ping is answered, anything else is told what was wrong with it. The body
 * is the answer: this route has a route response, so it needs no call back to API Gateway.
 */
export const handler = (raw: unknown): Promise<APIGatewayProxyResult> => {
  const { body = '', requestContext } = messageEvent.parse(raw);
  try {
    return reply(answerOther(body));
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return reply(toErrorFrame(error, requestContext.requestId, frameIdOf(body)));
  }
};

const reply = (frame: object): Promise<APIGatewayProxyResult> =>
  Promise.resolve({ statusCode: 200, body: JSON.stringify(frame) });
