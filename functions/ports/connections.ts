import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod/mini';
import { describe } from '../relay/errors.ts';
import { isLast, type ServerFrame } from '../relay/protocol.ts';
import { log } from './log.ts';

/** The way back to a client. */
export interface Connections {
  /**
   * Sends the answer to one of its frames to a connection, and closes it where that was the last one. A client that
   * left meanwhile is nobody's fault; what else goes wrong is logged with the request. Never throws.
   */
  answer: (connectionId: string, frame: ServerFrame, requestId: string) => Promise<void>;
  /** Sends a frame that nobody asked for. @throws Error from the SDK when API Gateway refuses or cannot be reached */
  push: (connectionId: string, frame: ServerFrame) => Promise<'sent' | 'gone'>;
}

/** SDK v3 keeps the status here: `error.statusCode` is undefined, and the name depends on a header. */
const gone = z.object({ $metadata: z.object({ httpStatusCode: z.literal(410) }) });

const isGone = (error: unknown): boolean => gone.safeParse(error).success;

/**
 * The `@connections` API by the SDK client, which is loaded with the first frame that has to go: most typing messages
 * are answered by none. The stack sets `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` to the stage's callback URL, which
 * the client reads by itself.
 */
export function makeConnections(): Connections {
  let client: ApiGatewayManagementApiClient | undefined;

  async function post(ConnectionId: string, frame: ServerFrame): Promise<void> {
    const sdk = await import('@aws-sdk/client-apigatewaymanagementapi');
    // Two tries and no more: an answer to a typing message is worth little a second later.
    client ??= new sdk.ApiGatewayManagementApiClient({ maxAttempts: 2 });
    const options = { requestTimeout: 2_000 };
    const posted = client.send(
      new sdk.PostToConnectionCommand({ ConnectionId, Data: JSON.stringify(frame) }),
      options,
    );
    if (isLast(frame)) {
      await posted.catch(() => undefined);
      await client.send(new sdk.DeleteConnectionCommand({ ConnectionId }), options);
    }
    await posted;
  }

  return {
    answer: (connectionId, frame, requestId) =>
      post(connectionId, frame).catch((error: unknown) => {
        if (!isGone(error)) log.error('answer_not_sent', { requestId, cause: describe(error) });
      }),
    push: (connectionId, frame) =>
      post(connectionId, frame).then(
        () => 'sent' as const,
        (error: unknown) => {
          if (isGone(error)) return 'gone' as const;
          throw error;
        },
      ),
  };
}
