import type { APIGatewayProxyResult } from 'aws-lambda';
import { RelayError } from '../relay/errors.ts';
import { failureOf, type Handled } from '../relay/handled.ts';
import { frameIdOf, toErrorFrame } from '../relay/protocol.ts';
import { openConnections } from './connections.ts';
import { openCounter } from './counter.ts';
import { messageEvent } from './events.ts';
import { openTell } from './tell.ts';

/** A client's frame, and when its connection was opened (epoch milliseconds). */
export interface ConnectionFrame {
  body: string;
  connectedAt: number;
}

/**
 * Makes the handler of a route that answers each frame. Its row in infra/routes.ts says `answers`, so the body that is
 * returned goes to the client without a call back to API Gateway, and touches what it takes to end a flood.
 * @param answer gives the frame for the client; a RelayError that it throws becomes an error frame
 * @throws Error when the environment is incomplete
 */
export function openAnsweringRoute(
  answer: (frame: ConnectionFrame) => object | Promise<object>,
): (raw: unknown) => Promise<APIGatewayProxyResult> {
  const countFrame = openCounter();
  const connections = openConnections();
  const tell = openTell();

  return async (raw) => {
    const { body = '', requestContext } = messageEvent.parse(raw);
    const { connectionId, connectedAt, requestId, requestTimeEpoch } = requestContext;
    const verdict = await countFrame({ connectionId, requestId, receivedAt: requestTimeEpoch });
    const frame = { body, connectedAt };
    const { said, ...became } = verdict.flood
      ? FLOOD
      : await answered(async () => answer(frame), body, requestId);
    tell([{ event: 'frame', requestId, connectionId, ...became }]);
    if (verdict.flood && verdict.last) await connections.answer(connectionId, verdict.last, requestId);
    return { statusCode: 200, body: said === undefined ? '' : JSON.stringify(said) };
  };
}

type Answered = Pick<Handled, 'outcome' | 'error' | 'reason'> & { said?: object };

const FLOOD: Answered = { outcome: 'refused', error: 'too_many_frames' };

async function answered(answer: () => Promise<object>, body: string, requestId: string): Promise<Answered> {
  try {
    return { said: await answer(), outcome: 'answered' };
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    const said = toErrorFrame(error, requestId, frameIdOf(body));
    return { said, outcome: 'refused', ...failureOf(error) };
  }
}
