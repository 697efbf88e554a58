import type { IncomingMessage } from 'node:http';

/** What a client's upgrade request says, in the shape the events carry it. */
export interface Handshake {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
}

/** These speak of the hop to the gateway, and no event has them. */
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'upgrade']);

/** Reads headers, with the client's own case, and the query string, where there is one. */
export function readHandshake(request: IncomingMessage): Handshake {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.push([name, value]);
  }
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const query = mark === -1 ? [] : [...new URLSearchParams(url.slice(mark + 1))];
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: grouped(headers),
    ...(query.length === 0
      ? {}
      : {
          queryStringParameters: Object.fromEntries(query),
          multiValueQueryStringParameters: grouped(query),
        }),
  };
}

/** True when every identity source (`route.request.header.X`, `route.request.querystring.y`) has a value. */
export function hasIdentity(sources: readonly string[], handshake: Handshake): boolean {
  return sources.every((source) => {
    const [, kind, name = ''] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    // A source in the context or among the stage variables is the API's own, not the client's.
    if (kind === undefined) return true;
    const value =
      kind === 'header' ? header(handshake.headers, name) : handshake.queryStringParameters?.[name];
    return value !== undefined && value !== '';
  });
}

/** Finds a header whatever its case. */
export function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function grouped(pairs: readonly [string, string][]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}
