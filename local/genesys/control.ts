import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Call, ControlPorts } from './control-routes.ts';
import { ControlError, controlRoutes, CORS } from './control-routes.ts';
import type { Answer } from './http.ts';
import { match, parseJson, parseTarget, readBody, send } from './http.ts';

/** Answers the control API, by which scripts, tests and the demo page steer and watch the org. */
export function makeControl(
  ports: ControlPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const text = await readBody(request);
    try {
      const answer = await dispatch(request, text, { response, gone: gone.signal }, ports);
      if (answer !== undefined) send(response, { ...answer, headers: { ...CORS, ...answer.headers } });
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      send(response, { status: error.status, headers: CORS, body: { error: error.message } });
    }
  };
}

function dispatch(
  request: IncomingMessage,
  text: string | undefined,
  { response, gone }: Pick<Call, 'response' | 'gone'>,
  ports: ControlPorts,
): Answer | Promise<Answer> | undefined {
  if (text === undefined) throw new ControlError(413, 'the body is over 1 MB');
  const { segments, query } = parseTarget(request.url);
  if (segments === undefined) throw new ControlError(400, 'the path is not well encoded');
  if (request.method === 'OPTIONS') return { status: 200, body: {} };
  const found = match(controlRoutes, request.method ?? '', segments);
  if (found === undefined) {
    const endpoints = controlRoutes.map(({ method, path }) => `${method} ${path}`);
    return { status: 404, body: { error: 'no such control endpoint', endpoints } };
  }
  if ('allow' in found) {
    const headers = { Allow: found.allow.join(', ') };
    return { status: 405, headers, body: { error: `allowed here: ${headers.Allow}` } };
  }
  const body = text.trim() === '' ? undefined : parseJson(text);
  const call = { params: found.params, query: Object.fromEntries(query), body, response, gone };
  return found.route.handle(call, ports);
}
