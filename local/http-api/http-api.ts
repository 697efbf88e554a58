import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { limited } from '../gateway/call.ts';
import { makeRequestId } from '../gateway/ids.ts';
import { readBody } from '../http/body.ts';
import { answerBrokenRequests } from '../http/broken-requests.ts';
import type { TraceEvent } from '../gateway/trace.ts';
import type { Invoke, Result } from '../lambda/environments.ts';
import { listen } from '../listen.ts';
import type { HttpApi, HttpRoute, Template } from '../template/model.ts';
import type { Answer } from './answers.ts';
import { ownAnswer, readAnswer } from './answers.ts';
import { isPreflight, withCors } from './cors.ts';
import type { HttpRequest } from './events.ts';
import { httpEvent } from './events.ts';
import type { SelectRoute } from './routes.ts';
import { makeSelectRoute } from './routes.ts';
import { readTarget } from './target.ts';

export interface HttpApiOptions {
  readonly template: Pick<Template, 'region' | 'account' | 'functions'>;
  readonly api: HttpApi;
  /** 0 takes a free one. */
  readonly port: number;
  readonly invoke: Invoke;
  readonly clock?: Clock;
  /** Told the steps of each request that a route takes. */
  readonly trace?: (event: TraceEvent) => void;
}

export interface RunningHttpApi {
  /** `http://127.0.0.1:<port>`, with `/<stage>` unless that is `$default`. */
  readonly url: string;
  /** Drops the requests under way; resolves when the port is free. */
  readonly close: () => Promise<void>;
}

/** Bytes of a body, and of the request line with all header values: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LARGEST_BODY = 10 * 1024 * 1024;
const LARGEST_HEAD = 10_240;

/** Bytes of an event: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** What the parser takes: names count there, and what is over API Gateway's own limit is to be answered as it does. */
const PARSER_HEAD = 64 * 1024;

/** Bytes of a body that the trace tells. */
const TRACED_BODY = 16_384;

const BAD_REQUEST = ownAnswer(400, 'Bad Request');
const NOT_FOUND = ownAnswer(404, 'Not Found');
const TOO_LARGE = ownAnswer(413, 'Request Entity Too Large');
/** AWS documents the limit and not the status: this one is HTTP's own for it. */
const HEAD_TOO_LARGE = ownAnswer(431, 'Request Header Fields Too Large');
const FAILED = ownAnswer(500, 'Internal Server Error');
const LATE = ownAnswer(503, 'Service Unavailable');

/**
 * Runs the template's HTTP API on loopback as API Gateway would.
 * Rejects with the error of `listen` as it is, such as one with the code EADDRINUSE.
 */
export async function startHttpApi(options: HttpApiOptions): Promise<RunningHttpApi> {
  const { api, port } = options;
  const select = makeSelectRoute(api.routes);
  const server = createServer({ maxHeaderSize: PARSER_HEAD }, (request, response) => {
    const requestId = makeRequestId();
    const answering = async (): Promise<void> => {
      const body = await readBody(request, LARGEST_BODY);
      const answer = await answerTo(options, select, { message: request, body, requestId });
      send(response, api.cors === undefined ? answer : withCors(api.cors, answer, request), requestId);
    };
    answering().catch(() => {
      // The client broke off: there is nobody to answer.
      response.destroy();
    });
  });
  // What is over a count that Node.js sets by itself would be left out in silence.
  server.maxHeadersCount = 0;
  answerBrokenRequests(server);
  const host = await listen(server, port);
  return {
    url: `http://${host}${prefixOf(api)}`,
    close: async () => {
      const freed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await freed;
    },
  };
}

interface Received extends Pick<HttpRequest, 'message' | 'requestId'> {
  /** Undefined when it is too large. */
  readonly body: Buffer | undefined;
}

async function answerTo(
  options: HttpApiOptions,
  select: SelectRoute,
  { message, body, requestId }: Received,
): Promise<Answer> {
  const { template, api, clock = systemClock } = options;
  if (headBytes(message) > LARGEST_HEAD) return HEAD_TOO_LARGE;
  const target = readTarget(message.url ?? '');
  if (target === undefined) return BAD_REQUEST;
  if (body === undefined) return TOO_LARGE;
  if (api.cors !== undefined && isPreflight(message))
    return { status: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };
  const path = withoutStage(api, target.path);
  const selected = path === undefined ? undefined : select(message.method ?? '', path);
  if (selected === undefined) return NOT_FOUND;
  const event = httpEvent(template, api, { message, target, body, requestId, at: clock.now() }, selected);
  if (Buffer.byteLength(JSON.stringify(event)) > LARGEST_EVENT) return TOO_LARGE;
  return run(options, selected.route, { event, body, requestId });
}

/** Runs the route's function, and tells of it. */
async function run(
  { template, invoke, clock = systemClock, trace = () => undefined }: HttpApiOptions,
  { functionId, routeKey, timeoutMs }: HttpRoute,
  { event, body, requestId }: { event: unknown; body: Buffer; requestId: string },
): Promise<Answer> {
  const ids = { requestId, routeKey };
  trace({ kind: 'http-in', at: clock.now(), ...ids, body: body.toString('utf8', 0, TRACED_BODY) });
  const result = await limited(clock, invoke(functionId, event), timeoutMs);
  const { ok, ms, coldStart } = result;
  const name = template.functions.find(({ logicalId }) => logicalId === functionId)?.name ?? functionId;
  trace({ kind: 'invoke', at: clock.now(), ...ids, function: name, ms, coldStart, ok });
  const answer = answerOf(result);
  trace({ kind: 'http-out', at: clock.now(), ...ids, status: answer.status });
  return answer;
}

/**
 * A function that throws, is too slow for its own time-out or may not run is an internal error:
 * docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
 */
function answerOf(result: Result): Answer {
  if (result.ok) return readAnswer(result.value) ?? FAILED;
  return result.error.type === 'IntegrationTimeout' ? LATE : FAILED;
}

const prefixOf = ({ stage }: HttpApi): string => (stage === '$default' ? '' : `/${stage}`);

/** The path within the stage; undefined outside of it. */
function withoutStage(api: HttpApi, path: string): string | undefined {
  const prefix = prefixOf(api);
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

function headBytes({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): number {
  const values = rawHeaders.filter((_, index) => index % 2 === 1).join('');
  // Node.js reads a header as Latin-1: a character is a byte.
  return `${method} ${url} HTTP/${httpVersion}`.length + values.length;
}

function send(response: ServerResponse, { status, headers, cookies, body }: Answer, requestId: string): void {
  if (response.destroyed || response.headersSent) return;
  const { 'set-cookie': cookie, ...rest } = headers;
  const allCookies = [...(cookie === undefined ? [] : [cookie]), ...cookies];
  response.writeHead(status, {
    ...rest,
    ...(allCookies.length === 0 ? {} : { 'set-cookie': allCookies }),
    // RFC 9110 section 8.6: a 204 has no Content-Length.
    ...(status === 204 ? {} : { 'content-length': String(body.length) }),
    'apigw-requestid': requestId,
  });
  response.end(body);
}
