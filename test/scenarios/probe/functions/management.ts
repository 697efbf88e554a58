import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod';

/** The `@connections` API; its endpoint stands in AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, and nothing is tried twice. */
const client = new ApiGatewayManagementApiClient({ maxAttempts: 1 });

export type Verb = 'POST' | 'GET' | 'DELETE';

/** What came of a call, for the scenario that asked for it. */
export interface CallResult {
  status: number;
  /** The error's name, as the SDK reads it. */
  error?: string;
  errorHeader?: string;
  /** What GET tells, with the SDK's names. */
  connection?: unknown;
}

const failure = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.number() }),
  $response: z.object({ headers: z.record(z.string(), z.string()) }).optional(),
});

/** Calls `@connections`. @throws Error of the network, or of an answer without a status */
export async function callManagement(verb: Verb, ConnectionId: string, data: string): Promise<CallResult> {
  try {
    const { $metadata, ...connection } = await send(verb, ConnectionId, data);
    return { status: $metadata.httpStatusCode ?? 0, ...(verb === 'GET' && { connection }) };
  } catch (error) {
    const { data: refused } = failure.safeParse(error);
    if (refused === undefined) throw error;
    const errorHeader = refused.$response?.headers['x-amzn-errortype'];
    return {
      status: refused.$metadata.httpStatusCode,
      error: refused.name,
      ...(errorHeader !== undefined && { errorHeader }),
    };
  }
}

function send(verb: Verb, ConnectionId: string, Data: string) {
  switch (verb) {
    case 'POST':
      return client.send(new PostToConnectionCommand({ ConnectionId, Data }));
    case 'GET':
      return client.send(new GetConnectionCommand({ ConnectionId }));
    case 'DELETE':
      return client.send(new DeleteConnectionCommand({ ConnectionId }));
  }
}
