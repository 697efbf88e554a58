import type { HttpRoute } from '../template/model.ts';

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable' | 'greedy'; readonly name: string };

/** What a route key says; no path stands for `$default`. */
export interface RouteKey {
  readonly method: string;
  readonly path?: readonly Segment[];
}

export type Parameters = Readonly<Record<string, string>>;

export interface Selected {
  readonly route: HttpRoute;
  readonly pathParameters: Parameters;
}

/** The route of a request; undefined when there is none. */
export type SelectRoute = (method: string, path: string) => Selected | undefined;

const ROUTE_KEY = /^(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/(.*)$/;

/** Takes a route key such as `GET /pets/{id}` apart; undefined when it is none. */
export function parseRouteKey(routeKey: string): RouteKey | undefined {
  if (routeKey === '$default') return { method: 'ANY' };
  const [, method, rest] = ROUTE_KEY.exec(routeKey) ?? [];
  if (method === undefined || rest === undefined) return undefined;
  const parts = rest.split('/');
  const path: Segment[] = [];
  for (const [index, part] of parts.entries()) {
    const segment = parseSegment(part);
    if (segment === undefined || (segment.kind === 'greedy' && index < parts.length - 1)) return undefined;
    path.push(segment);
  }
  return { method, path };
}

function parseSegment(part: string): Segment | undefined {
  const [, name, greedy] = /^\{([\w.-]+)(\+?)\}$/.exec(part) ?? [];
  if (name !== undefined) return { kind: greedy === '+' ? 'greedy' : 'variable', name };
  return /[{}]/.test(part) ? undefined : { kind: 'literal', text: part };
}

/**
 * Makes the choice of a route, the most specific first: a full match, then one by a greedy variable, then `$default`.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 * What that page leaves open was observed: github.com/KensioSoftware/yulin/blob/main/docs/services/apigatewayv2/README.md.
 * The method itself goes before ANY, then the path decides from left to right, a literal segment before a variable.
 */
export function makeSelectRoute(routes: readonly HttpRoute[]): SelectRoute {
  const ranked = routes
    .map((route) => ({ route, key: parseRouteKey(route.routeKey) ?? { method: '' } }))
    .sort((a, b) => (rank(a.key) < rank(b.key) ? -1 : 1));
  return (method, path) => {
    const segments = path.slice(1).split('/');
    for (const { route, key } of ranked) {
      if (key.method !== 'ANY' && key.method !== method) continue;
      const pathParameters = key.path === undefined ? {} : matchPath(key.path, segments);
      if (pathParameters !== undefined) return { route, pathParameters };
    }
    return undefined;
  };
}

const SPECIFICITY = { literal: '0', variable: '1', greedy: '2' } as const;

/** A text that sorts by how specific a route is. */
function rank({ method, path }: RouteKey): string {
  if (path === undefined) return '2';
  const kinds = path.map(({ kind }) => SPECIFICITY[kind]).join('');
  return `${kinds.endsWith(SPECIFICITY.greedy) ? '1' : '0'}${method === 'ANY' ? '1' : '0'}${kinds}`;
}

function matchPath(path: readonly Segment[], segments: readonly string[]): Parameters | undefined {
  const isGreedy = path.at(-1)?.kind === 'greedy';
  if (isGreedy ? segments.length < path.length : segments.length !== path.length) return undefined;
  const found: [string, string][] = [];
  for (const [index, one] of path.entries()) {
    const value = one.kind === 'greedy' ? segments.slice(index).join('/') : segments[index];
    if (one.kind === 'literal' && value !== one.text) return undefined;
    // A variable stands for something: `/pets/` is no `/pets/{id}`.
    if (one.kind !== 'literal' && !value) return undefined;
    if (one.kind !== 'literal') found.push([one.name, value ?? '']);
  }
  return Object.fromEntries(found);
}
