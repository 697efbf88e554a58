import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createHttps, type Server } from 'node:https';
import { connect } from 'node:net';
import { createServer as createTls, type Server as TlsServer } from 'node:tls';
import { readBody } from '../../local/http/body.ts';
import { parseJson } from '../../local/json.ts';
import type { Certificate } from '../measure/certificate.ts';
import type { Record } from './record.ts';

/** As AWS keeps idle connections for: Node.js would drop them after five seconds. */
const KEEP_ALIVE_MS = 60_000;

const LARGEST_BODY = 1_048_576;

const SERVICES: ReadonlyMap<string, string> = new Map([
  ['DynamoDB_20120810', 'dynamodb'],
  ['secretsmanager', 'secretsmanager'],
  ['AmazonSQS', 'sqs'],
]);

/**
 * TLS before the local AWS endpoints.
 * @param target where these are, `http://127.0.0.1:PORT`
 * @param tell told of each call, once it is answered
 */
export function makeRecordingProxy(
  { key, cert }: Certificate,
  target: () => string,
  tell: (record: Record) => void,
): Server {
  const agent = new Agent({ keepAlive: true });
  const server = createHttps({ key, cert, minVersion: 'TLSv1.3' }, (request, response) => {
    pass(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  async function pass(request: IncomingMessage) {
    const body = (await readBody(request, LARGEST_BODY)) ?? Buffer.alloc(0);
    const { method, url, headers } = request;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(new URL(url ?? '/', target()), { method, headers, agent }, resolve)
        .once('error', reject)
        .end(body);
    });
    const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
    const status = answer.statusCode ?? 0;
    const to = SERVICES.get(service) ?? service;
    tell({ to, what: operation, body: parseJson(body.toString('utf8')), status });
    return { status, headers: answer.headers, body: await readBody(answer, LARGEST_BODY) };
  }
  return server;
}

/** TLS before the simulated org: hands on the bytes, so that sockets work too. */
export function makeTlsPipe({ key, cert }: Certificate, port: () => number): TlsServer {
  return createTls({ key, cert, minVersion: 'TLSv1.3' }, (outside) => {
    const inside = connect({ port: port(), host: '127.0.0.1', noDelay: true });
    outside.setNoDelay(true);
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  });
}
