import type { Template } from '../template/model.ts';
import type { Handshake } from './handshake.ts';
import { makeRequestId } from './ids.ts';

/** What an authorizer leaves for every later event: its context as strings, and two fields of API Gateway's own. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** One client, from its handshake to its DISCONNECT event. */
export interface Client {
  readonly connectionId: string;
  /** Epoch ms. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent?: string;
  readonly authorizer?: AuthorizerContext;
}

type Event = Readonly<Record<string, unknown>>;

/** What all events of one API share. */
export interface EventScope {
  readonly template: Template;
  readonly client: Client;
  /** Epoch ms. */
  readonly at: number;
  readonly requestId: string;
}

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
function requestContext(scope: EventScope, own: Event): Event {
  const { template, client, at, requestId } = scope;
  return {
    extendedRequestId: requestId,
    requestTime: requestTime(at),
    messageDirection: 'IN',
    stage: template.api.stage,
    connectedAt: client.connectedAt,
    requestTimeEpoch: at,
    identity: { sourceIp: client.sourceIp },
    requestId,
    domainName: `${template.api.id}.execute-api.${template.region}.amazonaws.com`,
    connectionId: client.connectionId,
    apiId: template.api.id,
    ...(client.authorizer === undefined ? {} : { authorizer: client.authorizer }),
    ...own,
  };
}

function connectContext(scope: EventScope): Event {
  const { sourceIp, userAgent } = scope.client;
  const identity = { ...(userAgent === undefined ? {} : { userAgent }), sourceIp };
  return requestContext(scope, { routeKey: '$connect', eventType: 'CONNECT', identity });
}

/** The CONNECT event: the only one with the client's headers and, where it has one, its query string. */
export function connectEvent(scope: EventScope, handshake: Handshake): Event {
  return { ...handshake, requestContext: connectContext(scope), isBase64Encoded: false };
}

/** An authorizer's event alone has the headers of the hop, as in AWS' example of it. */
const HOP_HEADERS = { Connection: 'upgrade', 'content-length': '0', Upgrade: 'websocket' };

/**
 * The event of a REQUEST authorizer.
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(scope: EventScope, handshake: Handshake): Event {
  return {
    type: 'REQUEST',
    methodArn: methodArn(scope.template),
    ...handshake,
    headers: { ...HOP_HEADERS, ...handshake.headers },
    multiValueHeaders: { ...multiValue(HOP_HEADERS), ...handshake.multiValueHeaders },
    stageVariables: {},
    requestContext: connectContext(scope),
  };
}

/** The ARN of the `$connect` route, which an authorizer's policy speaks of. */
export function methodArn({ region, account, api }: Template): string {
  return `arn:aws:execute-api:${region}:${account}:${api.id}/${api.stage}/$connect`;
}

/** The MESSAGE event: no headers. */
export function messageEvent(scope: EventScope, routeKey: string, body: string): Event {
  const context = requestContext(scope, { routeKey, messageId: makeRequestId(), eventType: 'MESSAGE' });
  return { requestContext: context, body, isBase64Encoded: false };
}

/** The DISCONNECT event; `code` is the close code, 1005 for none, 1006 when the client vanished. */
export function disconnectEvent(scope: EventScope, code: number, reason: string): Event {
  const host = `${scope.template.api.id}.execute-api.${scope.template.region}.amazonaws.com`;
  const headers = { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const own = {
    routeKey: '$disconnect',
    disconnectStatusCode: code,
    eventType: 'DISCONNECT',
    disconnectReason: reason === '' ? (STANDARD_REASONS.get(code) ?? '') : reason,
  };
  return {
    headers,
    multiValueHeaders: multiValue(headers),
    requestContext: requestContext(scope, own),
    isBase64Encoded: false,
  };
}

function multiValue(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

const STANDARD_REASONS: ReadonlyMap<number, string> = new Map([
  [1001, 'Going away'],
  [1005, 'Client-side close frame status not set'],
]);

/** CLF time, as in `09/Feb/2024:18:11:43 +0000`. */
export function requestTime(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return [day, month, `${year ?? ''}:${time ?? ''} +0000`].join('/');
}
