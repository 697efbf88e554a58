import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who sent a request, and how. */
export const sourceIp = (request: IncomingMessage): string => request.socket.remoteAddress ?? '127.0.0.1';

/**
 * What API Gateway adds to a client's headers. Its own trace id goes before a new one, and what it says of
 * where the request was forwarded before is kept.
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html shows all four.
 * @param at epoch ms
 */
export function forwardingHeaders(request: IncomingMessage, at: number): Readonly<Record<string, string>> {
  const { 'x-forwarded-for': before, 'x-amzn-trace-id': trace } = request.headersDistinct;
  return {
    'X-Amzn-Trace-Id':
      trace?.join(',') ?? `Root=1-${Math.floor(at / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'X-Forwarded-For': [...(before ?? []), sourceIp(request)].join(', '),
    'X-Forwarded-Port': String(request.socket.localPort ?? ''),
    'X-Forwarded-Proto': 'http',
  };
}
