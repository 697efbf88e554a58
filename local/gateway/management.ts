import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { readBody } from '../http/body.ts';
import { isSigned } from '../http/signed.ts';
import { answer } from './answering.ts';
import type { Connection } from './connections.ts';
import { FRAME_LIMITS } from './frames.ts';
import { isConnectionId } from './ids.ts';
import type { TraceEvent } from './trace.ts';

export interface ManagementOptions {
  readonly stage: string;
  readonly find: (connectionId: string) => Connection | undefined;
  readonly clock: Clock;
  readonly trace: (event: TraceEvent) => void;
}

/**
 * Makes the listener of the `@connections` API; any other path is forbidden.
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function makeManagement(
  options: ManagementOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    handle(options, request, response).catch(() => {
      // The caller broke off: there is nobody to answer.
      response.destroy();
    });
  };
}

async function handle(
  options: ManagementOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, FRAME_LIMITS.messageBytes);
  const id = connectionIdOf(request.url ?? '', options.stage);
  if (id === undefined) {
    fail(response, 403, 'ForbiddenException', 'Forbidden');
    return;
  }
  if (!isSigned(request)) {
    fail(response, 403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    return;
  }
  if (!isConnectionId(id)) {
    // Seen on AWS and not documented: github.com/dherault/serverless-offline/issues/749
    fail(response, 400, 'BadRequestException', `Invalid connectionId: ${id}`);
    return;
  }
  const connection = options.find(id);
  switch (request.method ?? '') {
    case 'POST':
      post(options, connection, body, response);
      return;
    case 'GET':
      if (connection === undefined) gone(response);
      else answer(response, 200, describe(connection));
      return;
    case 'DELETE':
      if (connection === undefined) {
        gone(response);
        return;
      }
      connection.close(1000);
      answer(response, 204);
      return;
    default:
      fail(response, 403, 'ForbiddenException', 'Forbidden');
  }
}

function post(
  { clock, trace }: ManagementOptions,
  connection: Connection | undefined,
  body: Buffer | undefined,
  response: ServerResponse,
): void {
  if (body === undefined) {
    fail(response, 413, 'PayloadTooLargeException', 'Message too long');
    return;
  }
  const text = body.toString('utf8');
  if (!connection?.send(text)) {
    gone(response);
    return;
  }
  trace({ kind: 'frame-out', at: clock.now(), connectionId: connection.client.connectionId, body: text });
  answer(response, 200);
}

function describe(connection: Connection): unknown {
  const { connectedAt, sourceIp, userAgent = '' } = connection.client;
  return {
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp, userAgent },
    lastActiveAt: new Date(connection.lastActiveAt()).toISOString(),
  };
}

/** The id in `/<stage>/@connections/<id>`, which clients percent-encode. */
function connectionIdOf(url: string, stage: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/\?.*$/s, ''));
    const prefix = `/${stage}/@connections/`;
    return path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : undefined;
  } catch {
    return undefined;
  }
}

function gone(response: ServerResponse): void {
  // Without a body, as AWS has it: the SDK takes the error's name from the header.
  answer(response, 410, undefined, { 'x-amzn-ErrorType': 'GoneException' });
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  answer(response, status, { message }, { 'x-amzn-ErrorType': type });
}
