import type { IncomingMessage } from 'node:http';
import { requestTime } from '../gateway/lambda-events.ts';
import { forwardingHeaders, sourceIp } from '../http/forwarding.ts';
import type { HttpApi, Template } from '../template/model.ts';
import type { Selected } from './routes.ts';
import type { Target } from './target.ts';

export interface HttpRequest {
  readonly message: IncomingMessage;
  readonly target: Target;
  readonly body: Buffer;
  readonly requestId: string;
  /** Epoch ms. */
  readonly at: number;
}

type Event = Readonly<Record<string, unknown>>;

/** RFC 9110 section 7.6.1: these speak of the hop to the gateway, and no event has them. */
export const HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The event of payload format 2.0; a field that has nothing to say is absent.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  template: Pick<Template, 'region' | 'account'>,
  api: HttpApi,
  request: HttpRequest,
  { route, pathParameters }: Selected,
): Event {
  const { message, target, body } = request;
  const cookies = (message.headersDistinct['cookie'] ?? []).flatMap((line) => line.split(/; */));
  const isBase64Encoded = body.length > 0 && !isText(message.headers['content-type']);
  const { stageVariables = {} } = api;
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: headersOf(request),
    ...unlessEmpty('queryStringParameters', joined(new URLSearchParams(target.rawQueryString))),
    requestContext: requestContext(template, api, request, route.routeKey),
    ...unlessEmpty('pathParameters', pathParameters),
    ...unlessEmpty('stageVariables', stageVariables),
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function requestContext(
  { region, account }: Pick<Template, 'region' | 'account'>,
  { id, stage }: HttpApi,
  { message, target, requestId, at }: HttpRequest,
  routeKey: string,
): Event {
  return {
    accountId: account,
    apiId: id,
    domainName: `${id}.execute-api.${region}.amazonaws.com`,
    domainPrefix: id,
    http: {
      method: message.method ?? '',
      path: target.path,
      protocol: `HTTP/${message.httpVersion}`,
      sourceIp: sourceIp(message),
      userAgent: message.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey,
    stage,
    time: requestTime(at),
    timeEpoch: at,
  };
}

/** The client's headers, those that come twice joined by a comma, and what API Gateway adds; cookies stand apart. */
function headersOf({ message, body, at }: HttpRequest): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    if (name !== 'cookie' && !HOP_HEADERS.has(name)) headers.set(name, values.join(','));
  }
  const added = Object.entries(forwardingHeaders(message, at));
  return {
    ...Object.fromEntries(headers),
    // Of a body in chunks as well: API Gateway hands it on as a whole.
    'content-length': String(body.length),
    ...Object.fromEntries(added.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/**
 * True for a body that the event carries as text.
 * AWS says no more than that a binary one is base64. Which one is binary was measured on a live HTTP API, where a form,
 * and a body without a type, are: github.com/ministackorg/ministack/pull/766
 */
function isText(contentType = ''): boolean {
  const [type = ''] = contentType.split(';');
  return /^(text\/.+|application\/(json|xml|javascript))$/i.test(type.trim());
}

function joined(pairs: Iterable<[string, string]>): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

function unlessEmpty(name: string, values: Readonly<Record<string, string>>): Event {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}
