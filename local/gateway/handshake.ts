import type { IncomingMessage } from 'node:http';
import { forwardingHeaders } from '../http/forwarding.ts';

/** What a client's upgrade request says, in the shape the events carry it. */
export interface Handshake {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
}

/** These speak of the hop to the gateway: the CONNECT event has none of them. */
const HOP_HEADERS = ['connection', 'upgrade'];

/**
 * Reads headers, with the client's own case and what API Gateway adds, and the query string, where there is one.
 * @param at epoch ms
 */
export function readHandshake(request: IncomingMessage, at: number): Handshake {
  const added = Object.entries(forwardingHeaders(request, at));
  const left = new Set([...HOP_HEADERS, ...added.map(([name]) => name.toLowerCase())]);
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    if (!left.has(name.toLowerCase())) headers.push([name, value]);
  }
  headers.push(...added);
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

/** A token of RFC 9110 section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

export const isToken = (text: string): boolean => TOKEN.test(text);

/** True when a client offers subprotocols as RFC 6455 section 4.1 has it: tokens, none of them twice. */
export function areSubprotocols(offered: string): boolean {
  const names = offered.split(',').map((name) => name.trim());
  return names.every(isToken) && new Set(names).size === names.length;
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
