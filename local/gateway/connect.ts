import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { sourceIp } from '../http/forwarding.ts';
import type { Template } from '../template/model.ts';
import { refuse } from './answering.ts';
import { readAnswer } from './answers.ts';
import { authorize } from './authorizer.ts';
import type { Call } from './call.ts';
import type { Handshake } from './handshake.ts';
import { areSubprotocols, readHandshake } from './handshake.ts';
import { makeConnectionId, makeRequestId } from './ids.ts';
import type { Client } from './lambda-events.ts';
import { connectEvent } from './lambda-events.ts';
import type { TraceEvent } from './trace.ts';

export interface ConnectOptions {
  readonly template: Template;
  readonly call: Call;
  readonly clock: Clock;
  readonly trace: (event: TraceEvent) => void;
}

/** A client that may have its socket. */
export interface Accepted {
  readonly client: Client;
  /** Of the upgrade. */
  readonly requestId: string;
  readonly subprotocol?: string;
}

interface Refusal {
  readonly status: number;
  /** Of API Gateway's own; an answer of the function's sends no body. */
  readonly message?: string;
}

/** Decides on an upgrade request: gives the client, or answers it and gives undefined. Never rejects. */
export type Connect = (request: IncomingMessage, socket: Duplex) => Promise<Accepted | undefined>;

const FORBIDDEN: Refusal = { status: 403, message: 'Forbidden' };
const BAD_REQUEST: Refusal = { status: 400, message: 'Bad Request' };
/** AWS documents the limit and not the status: this one is HTTP's own for it. */
const TOO_LONG: Refusal = { status: 414, message: 'Request URI too long' };
const BAD_GATEWAY: Refusal = { status: 502, message: 'Internal server error' };

/** Characters. docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LONGEST_URL = 4096;

/** Makes what runs before a socket is up: the authorizer, then the `$connect` route. */
export function makeConnect(options: ConnectOptions): Connect {
  const { template, clock, trace } = options;
  return async (request, socket) => {
    const client = makeClient(request, clock.now());
    const { connectionId } = client;
    const requestId = makeRequestId();
    const outcome =
      precheck(request, template.api.stage) ??
      (await ask(options, client, requestId, readHandshake(request, client.connectedAt)));
    if ('client' in outcome) return outcome;
    const { status, message } = outcome;
    trace({ kind: 'refused', at: clock.now(), connectionId, requestId, routeKey: '$connect', status });
    refuse(socket, status, message === undefined ? undefined : { message, connectionId, requestId });
    return undefined;
  };
}

async function ask(
  { template, call, clock }: ConnectOptions,
  stranger: Client,
  requestId: string,
  handshake: Handshake,
): Promise<Accepted | Refusal> {
  const route = template.api.routes.get('$connect');
  if (route === undefined) return { client: stranger, requestId };
  let client = stranger;
  if (route.authorizer !== undefined) {
    const scope = { template, client, at: clock.now(), requestId };
    const authorization = await authorize(route.authorizer, call, scope, handshake);
    if (!authorization.ok) return authorization;
    client = { ...stranger, authorizer: authorization.context };
  }
  const { functionId, routeKey, timeoutMs } = route;
  const { connectionId } = client;
  const event = connectEvent({ template, client, at: clock.now(), requestId }, handshake);
  const result = await call({ functionId, routeKey, connectionId, requestId, timeoutMs, event });
  const answer = result.ok ? readAnswer(result.value) : undefined;
  if (answer === undefined) return BAD_GATEWAY;
  if (answer.status >= 300) return { status: answer.status };
  return {
    client,
    requestId,
    ...(answer.subprotocol === undefined ? {} : { subprotocol: answer.subprotocol }),
  };
}

function precheck(request: IncomingMessage, stage: string): Refusal | undefined {
  const { url = '' } = request;
  if (url.length > LONGEST_URL) return TOO_LONG;
  const path = url.replace(/\?.*$/s, '');
  if (path !== `/${stage}` && path !== `/${stage}/`) return FORBIDDEN;
  // RFC 6455 section 4.2.1: looked at before a function runs, which could not be told of the failure later.
  return isHandshake(request) ? undefined : BAD_REQUEST;
}

function isHandshake({ method, headers }: IncomingMessage): boolean {
  const { upgrade, 'sec-websocket-key': key = '', 'sec-websocket-protocol': offered } = headers;
  return (
    method === 'GET' &&
    upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[A-Za-z0-9+/]{22}==$/.test(key) &&
    (offered === undefined || areSubprotocols(offered))
  );
}

function makeClient(request: IncomingMessage, connectedAt: number): Client {
  const { 'user-agent': userAgent } = request.headers;
  return {
    connectionId: makeConnectionId(),
    connectedAt,
    sourceIp: sourceIp(request),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
