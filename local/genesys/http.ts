import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  method: string;
  /** `/api/v2/conversations/:conversationId`: a segment with a colon takes any value. */
  path: string;
}

export type Params = ReadonlyMap<string, string>;

export type Match<R extends Route> =
  { route: R; params: Params } | { allow: string[]; params: Params } | undefined;

export interface Target {
  /** As it came, without the query string. */
  path: string;
  /** Decoded; undefined when the percent-encoding is broken. */
  segments: string[] | undefined;
  query: URLSearchParams;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Takes a request target apart. Never throws, which `new URL` does on targets such as `//`. */
export function parseTarget(url = '/'): Target {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark));
  try {
    return { path, segments: path.split('/').map(decodeURIComponent), query };
  } catch {
    return { path, segments: undefined, query };
  }
}

/** Finds the route of a call; `allow` names the methods of a path that is called with another one. */
export function match<R extends Route>(
  routes: readonly R[],
  method: string,
  segments: readonly string[],
): Match<R> {
  const allow: string[] = [];
  let seen: Params = new Map();
  for (const route of routes) {
    const params = matchPath(route.path, segments);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    allow.push(route.method);
    seen = params;
  }
  return allow.length > 0 ? { allow, params: seen } : undefined;
}

function matchPath(pattern: string, segments: readonly string[]): Params | undefined {
  const names = pattern.split('/');
  if (names.length !== segments.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const segment = segments[index] ?? '';
    if (name.startsWith(':') && segment !== '') params.set(name.slice(1), segment);
    else if (name !== segment) return undefined;
  }
  return params;
}

/** Reads a body as text; undefined when it is over 1 MiB. Rejects when the client leaves in between. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Read to the end, also when too long: a client that is still writing would not see the 413.
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Undefined for what is not JSON (JSON itself has no undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    ...answer.headers,
  });
  response.end(text);
}

/**
 * An answer in the org's error form, with its correlation id in the header and in `contextId`.
 * Shape: `ErrorBody`, platform-client-sdk-javascript index.d.ts.
 */
export function orgError(
  status: number,
  code: string,
  message: string,
  extra: { headers?: Record<string, string>; permissions?: string } = {},
): Answer {
  const contextId = randomUUID();
  const messageParams = extra.permissions === undefined ? {} : { permissions: extra.permissions };
  return {
    status,
    headers: { 'ININ-Correlation-Id': contextId, ...extra.headers },
    body: { message, code, status, contextId, messageParams, details: [], errors: [] },
  };
}

/** A 403 that names the permission (or, in the thread's word, the scope) that is missing. */
export function missingPermission(permissions: string, code = 'missing.any.permissions'): Answer {
  const message = `Unable to perform the requested action. You must have at least one of the following permissions assigned: [${permissions}]`;
  return orgError(403, code, message, { permissions });
}
