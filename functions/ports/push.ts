import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod/mini';
import type { ServerFrame } from '../relay/server-frames.ts';

/** Sends a frame that nobody asked for. @throws Error from the SDK when API Gateway refuses or cannot be reached */
export type Push = (connectionId: string, frame: ServerFrame) => Promise<'sent' | 'gone'>;

/** SDK v3 keeps the status here: `error.statusCode` is undefined, and the name depends on a header. */
const gone = z.object({ $metadata: z.object({ httpStatusCode: z.literal(410) }) });

/**
 * The `@connections` API by the SDK's client, for what is no answer. The stack sets
 * `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` to the stage's callback URL, which the client reads by itself.
 */
export function makePush(): Push {
  // Two tries and no more: an agent's typing is worth little a second later.
  const client = new ApiGatewayManagementApiClient({ maxAttempts: 2 });
  return async (ConnectionId, frame) => {
    const command = new PostToConnectionCommand({ ConnectionId, Data: JSON.stringify(frame) });
    try {
      await client.send(command, { requestTimeout: 2_000 });
      return 'sent';
    } catch (error) {
      if (gone.safeParse(error).success) return 'gone';
      throw error;
    }
  };
}
