import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { FrameError } from './errors.ts';
import { type MessageEvent, messageEvent } from './frames.ts';

/** Sends a frame to a connection; a client that left meanwhile is nobody's fault. */
export type SendAnswer = (ConnectionId: string, frame: object) => Promise<void>;

export function openConnections(): SendAnswer {
  const client = new ApiGatewayManagementApiClient({ maxAttempts: 2 });
  return async (ConnectionId, frame) => {
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId, Data: JSON.stringify(frame) }));
    } catch (error) {
      if (!(error instanceof GoneException)) throw error;
    }
  };
}

type Middleware = MiddlewareObj<MessageEvent, APIGatewayProxyResult>;

export const OK: APIGatewayProxyResult = { statusCode: 200, body: '' };

/** Lets no event in that is no message. */
export const parsed = (): Middleware => ({
  before(request) {
    request.event = messageEvent.parse(request.event);
  },
});

const hasId = z.object({ id: z.string().min(1).max(64) });

/** Tells the client what was wrong with its frame: a message handler always answers 200. */
export const tellsErrors = (logger: Logger, answer: SendAnswer): Middleware => ({
  async onError(request) {
    const { error, event } = request;
    if (!(error instanceof FrameError)) return;
    const { connectionId, requestId } = event.requestContext;
    logger.warn('frame refused', { code: error.code, cause: error });
    const { code, message, retryAfterMs } = error;
    const id = hasId.safeParse(event.body).data?.id;
    await answer(connectionId, {
      type: 'error',
      error: { code, message, requestId, id, retryAfterMs },
    }).catch((failure: unknown) => {
      logger.error('answer not sent', { failure });
    });
    request.response = OK;
  },
});
