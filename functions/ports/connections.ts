import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod/mini';
import type { ServerFrame } from '../relay/protocol.ts';

/** The way back to a client. */
export interface Connections {
  /**
   * Sends a frame to a connection.
   * @returns `gone` when the client has left meanwhile, which is nobody's fault
   * @throws Error from the SDK when API Gateway refuses or cannot be reached
   */
  send: (connectionId: string, frame: ServerFrame) => Promise<'sent' | 'gone'>;
}

/** SDK v3 keeps the status here: `error.statusCode` is undefined, and the name depends on a header. */
const sdkFailure = z.object({ $metadata: z.object({ httpStatusCode: z.literal(410) }) });

/**
 * PostToConnection by the SDK client, which is loaded with the first frame that has to go: most typing messages are
 * answered by none. The stack sets `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` to the stage's callback URL, which the
 * client reads by itself.
 */
export function makeConnections(): Connections {
  let client: ApiGatewayManagementApiClient | undefined;
  return {
    async send(connectionId, frame) {
      const sdk = await import('@aws-sdk/client-apigatewaymanagementapi');
      // Two tries and no more: an answer to a typing message is worth little a second later.
      client ??= new sdk.ApiGatewayManagementApiClient({ maxAttempts: 2 });
      const command = new sdk.PostToConnectionCommand({
        ConnectionId: connectionId,
        Data: JSON.stringify(frame),
      });
      try {
        await client.send(command, { requestTimeout: 2_000 });
        return 'sent';
      } catch (error) {
        if (sdkFailure.safeParse(error).success) return 'gone';
        throw error;
      }
    },
  };
}
