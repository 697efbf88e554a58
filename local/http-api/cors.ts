import type { IncomingMessage } from 'node:http';
import type { Cors } from '../template/model.ts';
import type { Answer } from './answers.ts';

type Headers = Readonly<Record<string, string>>;

/** True for the question that a browser asks before a request: API Gateway answers it, and no function sees it. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/**
 * An answer with the API's CORS headers for this request; those of the function are ignored.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function withCors(cors: Cors, answer: Answer, request: IncomingMessage): Answer {
  const rest = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: { ...Object.fromEntries(rest), ...corsHeaders(cors, request) } };
}

function corsHeaders(cors: Cors, request: IncomingMessage): Headers {
  const { origin } = request.headers;
  if (origin === undefined || !cors.allowOrigins.some((allowed) => matches(allowed, origin))) return {};
  return {
    'access-control-allow-origin': cors.allowOrigins.includes('*') ? '*' : origin,
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...listed('expose-headers', cors.exposeHeaders),
    ...(isPreflight(request) ? preflightHeaders(cors) : {}),
  };
}

function preflightHeaders({ allowMethods, allowHeaders, maxAgeSeconds }: Cors): Headers {
  return {
    ...listed('allow-methods', allowMethods),
    ...listed('allow-headers', allowHeaders),
    ...(maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(maxAgeSeconds) }),
  };
}

function listed(name: string, values: readonly string[]): Headers {
  return values.length === 0 ? {} : { [`access-control-${name}`]: values.join(',') };
}

/** `*`, `https://*` and `http://*` stand for whatever begins so. */
function matches(allowed: string, origin: string): boolean {
  return allowed.endsWith('*') ? origin.startsWith(allowed.slice(0, -1)) : origin === allowed;
}
