import * as z from 'zod';
import { expectSame, expectShape } from './difference.ts';
import type { Http, HttpAnswer } from './parts.ts';
import { onHttp, ROWS, type Scenario } from './scenario.ts';

/** The fields of payload format 2.0 that every event has. */
const httpEvent = z.looseObject({
  version: z.literal('2.0'),
  routeKey: z.string(),
  rawPath: z.string(),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()),
  requestContext: z.looseObject({
    http: z.looseObject({ method: z.string(), path: z.string(), protocol: z.string(), sourceIp: z.string() }),
    requestId: z.string(),
    routeKey: z.string(),
    stage: z.string(),
    timeEpoch: z.number(),
  }),
  isBase64Encoded: z.boolean(),
});
const echoed = z.object({ event: httpEvent });

const json = ({ body }: HttpAnswer): unknown => {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

async function eventOf({ fetch }: Http, path: string, init?: RequestInit) {
  const answer = await fetch(path, init);
  expectSame('the status', answer.status, 200);
  return expectShape('the event', echoed, json(answer)).event;
}

/** API Gateway's own answer. */
async function expectOwn({ fetch }: Http, path: string, status: number, message: string): Promise<void> {
  const answer = await fetch(path);
  expectSame('the answer', [answer.status, json(answer)], [status, { message }]);
}

/** An HTTP API, whose functions get and give payload format 2.0. */
export const httpApi: readonly Scenario[] = [
  onHttp(
    ROWS.httpApi,
    'an HTTP event has the route, the path and the query string, values of one name joined',
    async (http) => {
      const event = await eventOf(http, '/echo/a%20b?x=1&x=2&y=%26');
      expectSame('routeKey', event.routeKey, 'ANY /echo/{name}');
      expectSame('pathParameters', event['pathParameters'], { name: 'a b' });
      expectSame('rawQueryString', event.rawQueryString, 'x=1&x=2&y=%26');
      expectSame('queryStringParameters', event['queryStringParameters'], { x: '1,2', y: '&' });
      expectSame('requestContext.http.method', event.requestContext.http.method, 'GET');
      expectSame('the body', event['body'], undefined);
    },
  ),
  onHttp(
    ROWS.httpApi,
    'an HTTP event has header names in lower case, who forwarded it, and cookies apart',
    async (http) => {
      const headers = { 'X-Mark': 'here', Cookie: 'a=1; b=2' };
      const event = await eventOf(http, '/echo/headers', { headers });
      expectSame('x-mark', event.headers['x-mark'], 'here');
      expectSame('cookies', event['cookies'], ['a=1', 'b=2']);
      const added = ['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];
      const missing = added.filter((name) => event.headers[name] === undefined);
      expectSame('the list of headers that API Gateway adds and that are missing', missing, []);
    },
  ),
  onHttp(ROWS.httpApi, 'an HTTP event has a JSON body as text', async (http) => {
    const headers = { 'Content-Type': 'application/json' };
    const event = await eventOf(http, '/echo/text', { method: 'POST', headers, body: '{"ä":1}' });
    expectSame('the method', event.requestContext.http.method, 'POST');
    expectSame('the body', [event['body'], event.isBase64Encoded], ['{"ä":1}', false]);
  }),
  onHttp(ROWS.httpApi, 'an HTTP event has a body of bytes in base64', async (http) => {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const body = Buffer.from([0, 255, 128]);
    const event = await eventOf(http, '/echo/bytes', { method: 'POST', headers, body });
    expectSame('the body', [event['body'], event.isBase64Encoded], [body.toString('base64'), true]);
  }),
  onHttp(ROWS.httpApi, 'an HTTP answer without a status is 200 with the value as JSON', async ({ fetch }) => {
    const answer = await fetch('/echo/plain');
    expectSame('the status', answer.status, 200);
    expectSame('content-type', answer.headers.get('content-type'), 'application/json');
  }),
  onHttp(
    ROWS.httpApi,
    'an HTTP answer has the status, headers, cookies and body that the handler gave',
    async ({ fetch }) => {
      const { status, headers, body } = await fetch('/answer');
      expectSame('the status', status, 418);
      expectSame('x-probe', headers.get('x-probe'), 'yes');
      expectSame('content-type', headers.get('content-type'), 'text/x-probe');
      expectSame('set-cookie', headers.getSetCookie(), ['a=1; Path=/', 'b=2']);
      expectSame('the body', body.toString('utf8'), 'short and stout');
    },
  ),
  onHttp(ROWS.httpApi, 'an HTTP answer in base64 is sent as bytes', async ({ fetch }) => {
    expectSame('the bytes', [...(await fetch('/bytes')).body], [0, 255, 128]);
  }),
  onHttp(ROWS.httpApi, 'an HTTP route that there is not is 404', (http) =>
    expectOwn(http, '/nowhere', 404, 'Not Found'),
  ),
  onHttp(ROWS.httpApi, 'an HTTP handler that throws is 500', (http) =>
    expectOwn(http, '/throw', 500, 'Internal Server Error'),
  ),
  onHttp(ROWS.httpApi, "an HTTP handler that passes its integration's time-out is 503", (http) =>
    expectOwn(http, '/late', 503, 'Service Unavailable'),
  ),
];
