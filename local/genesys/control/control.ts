import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Answer } from '../../http/answer.ts';
import { send } from '../../http/answer.ts';
import { readText } from '../../http/body.ts';
import { isOwnHost, isOwnOrigin } from '../../http/guard.ts';
import { match, parseTarget } from '../../http/routing.ts';
import { parseJson } from '../../json.ts';
import type { Call, ControlPorts } from './call.ts';
import { ControlError } from './call.ts';
import { controlRoutes } from './routes.ts';

/** Answers the control API, by which scripts, tests and the demo page's server steer and watch the org. */
export function makeControl(
  ports: ControlPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const text = await readText(request);
    try {
      const answer = await dispatch(request, text, { response, gone: gone.signal }, ports);
      if (answer !== undefined) send(response, answer);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      send(response, { status: error.status, body: { error: error.message } });
    }
  };
}

function dispatch(
  request: IncomingMessage,
  text: string | undefined,
  { response, gone }: Pick<Call, 'response' | 'gone'>,
  ports: ControlPorts,
): Answer | Promise<Answer> | undefined {
  if (!isOwnHost(request)) {
    throw new ControlError(403, 'the control API is served to 127.0.0.1 and localhost only');
  }
  if (request.headers.origin !== undefined && !isOwnOrigin(request)) {
    throw new ControlError(403, 'no web page may call the control API');
  }
  if (text === undefined) throw new ControlError(413, 'the body is over 1 MB');
  const { segments, query } = parseTarget(request.url);
  if (segments === undefined) throw new ControlError(400, 'the path is not well encoded');
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
