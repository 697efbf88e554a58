import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import type { Org } from '../genesys/org.ts';
import type { Answer } from '../http/answer.ts';
import { send } from '../http/answer.ts';
import { readText } from '../http/body.ts';
import { parseTarget } from '../http/routing.ts';
import { listen } from '../listen.ts';
import { loadAssets } from './assets.ts';
import type { ApiOptions } from './backend.ts';
import { makeApi } from './backend.ts';
import { refusalOf } from './refusal.ts';
import type { StreamOptions } from './stream.ts';
import { streamEvents } from './stream.ts';

export interface PageOptions extends ApiOptions, StreamOptions {
  /** 0 takes any free port. */
  port: number;
  org: Pick<Org, 'url' | 'onEvent' | 'currentScreen'>;
}

export interface Page {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Ends every stream; resolves when the server is down. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Starts the demo page on the loopback interface. Rejects with the error of `listen` as it is (`EADDRINUSE` …), and
 * with esbuild's when the page cannot be bundled.
 */
export async function startPage(options: PageOptions): Promise<Page> {
  const handle = await makeHandler(options);
  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      // Sends nothing where the reader left in between: the response is destroyed then.
      send(response, { status: 500, body: { error: 'The page’s server failed; this is its own mistake.' } });
    });
  });
  const url = `http://${await listen(server, options.port)}`;
  let closed: Promise<unknown> | undefined;
  return {
    url,
    async close() {
      closed ??= once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

async function makeHandler(options: PageOptions): Promise<Handler> {
  const assets = await loadAssets();
  const api = makeApi(options);
  const headers = safeHeaders(options.gatewayUrl);

  return async (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      send(response, error(403, refusal));
      return;
    }
    const { path, query } = parseTarget(request.url);
    if (request.method === 'POST') {
      const body = await readText(request);
      const answer = body === undefined ? error(413, 'The body is over 1 MB.') : await api(path, body);
      send(response, answer ?? notFound(path));
      return;
    }
    const asset = request.method === 'GET' ? assets.get(path) : undefined;
    if (asset !== undefined) response.setHeader('Content-Type', asset.type).end(asset.body);
    else if (request.method === 'GET' && path === '/api/events') {
      streamEvents(response, query.get('conversationId') ?? '', options);
    } else send(response, notFound(path));
  };
}

/** The page reaches its own server and the gateway, and nothing else. */
function safeHeaders(gatewayUrl: string): Map<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${new URL(gatewayUrl).origin}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Map([
    ['Content-Security-Policy', policy.join('; ')],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cache-Control', 'no-store'],
  ]);
}

function notFound(path: string): Answer {
  return error(404, `There is nothing at ${path}.`);
}

function error(status: number, message: string): Answer {
  return { status, body: { error: message } };
}
