import * as z from 'zod';
import { parseJson } from '../json.ts';

/** Gives the value that the route selection expression finds in a body, as API Gateway writes it. */
export type Selector = (body: string) => string | undefined;

/** These stand for events and for "no match": a message that names one of them does not select it. */
const RESERVED: ReadonlySet<string> = new Set(['$connect', '$disconnect', '$default']);

/** No route key looks like a value that is nested deeper; unbounded, a client's message could end the process. */
const MAX_DEPTH = 16;

const JsonObject = z.record(z.string(), z.unknown());

/**
 * Makes the selector of a route selection expression: `$request.body.a.b`, or the same as `${request.body.a.b}`.
 * Undefined for any other expression.
 * docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export function makeSelector(expression: string): Selector | undefined {
  const match = /^\$(?:request\.body\.([\w.-]+)|\{request\.body\.([\w.-]+)\})$/.exec(expression);
  const path = (match?.[1] ?? match?.[2])?.split('.');
  if (path === undefined) return undefined;
  return (body) => {
    let value: unknown = parseJson(body);
    for (const key of path) {
      const record = JsonObject.safeParse(value).data;
      value = record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
    }
    return value === undefined || value === null ? undefined : asText(value);
  };
}

/** Chooses the route of a message: the exact match, else `$default`, else undefined. */
export function selectRoute<T>(
  routes: ReadonlyMap<string, T>,
  selector: Selector,
  body: string,
): T | undefined {
  const key = selector(body);
  const exact = key === undefined || RESERVED.has(key) ? undefined : routes.get(key);
  return exact ?? routes.get('$default');
}

/** Writes a JSON value as API Gateway does: `1`, `true`, `[a, b]`, `{a=1}`; undefined when it is nested too deep. */
function asText(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => asText(item, depth + 1));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  const record = JsonObject.safeParse(value).data;
  if (record === undefined) return String(value);
  const pairs: string[] = [];
  for (const [key, item] of Object.entries(record)) {
    const text = asText(item, depth + 1);
    if (text === undefined) return undefined;
    pairs.push(`${key}=${text}`);
  }
  return `{${pairs.join(', ')}}`;
}
