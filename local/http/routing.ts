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
