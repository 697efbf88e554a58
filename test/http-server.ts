import http from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A request as a test's own server saw it. */
export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface TestServer {
  url: string;
  seen: Seen[];
  server: http.Server;
}

/**
 * A plain HTTP server on loopback that lives as long as the test.
 * @param reply what to answer; `undefined` never answers, `'drop'` cuts the connection
 */
export async function serve(reply: (seen: Seen) => Reply | 'drop' | undefined): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const answer = reply(one);
      if (answer === 'drop') request.socket.destroy();
      else if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, seen, server };
}

/** The port that a listening server was given. */
export function portOf(server: http.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
