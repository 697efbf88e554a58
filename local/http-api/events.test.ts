import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { exchange } from '../http/fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import { head, run } from './fixture.ts';

const ok = (): unknown => ({ statusCode: 200 });

describe('HTTP API route with its payload format 2.0: the event', () => {
  it('has all that the format has', async () => {
    const at = Date.UTC(2024, 1, 9, 18, 11, 43);
    const handlers = { 'POST /webhooks/{name}': ok };
    const api = await run(handlers, { clock: makeFakeClock(at), stageVariables: { colour: 'blue' } });
    const answer = await exchange(
      api.url,
      head(
        'POST /webhooks/open-messaging?a=1',
        'Content-Type: application/json',
        'Content-Length: 8',
        'User-Agent: test/1',
        'Cookie: a=1; b=2',
      ),
      '{"ü":1}',
    );
    expect(api.events).toEqual([
      {
        version: '2.0',
        routeKey: 'POST /webhooks/{name}',
        rawPath: '/webhooks/open-messaging',
        rawQueryString: 'a=1',
        cookies: ['a=1', 'b=2'],
        headers: {
          'content-length': '8',
          'content-type': 'application/json',
          host: 'test',
          'user-agent': 'test/1',
          'x-amzn-trace-id': like(/^Root=1-65c66adf-[0-9a-f]{24}$/),
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-port': new URL(api.url).port,
          'x-forwarded-proto': 'http',
        },
        queryStringParameters: { a: '1' },
        requestContext: {
          accountId: '000000000000',
          apiId: 'abcdefghij',
          domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
          domainPrefix: 'abcdefghij',
          http: {
            method: 'POST',
            path: '/webhooks/open-messaging',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'test/1',
          },
          requestId: /^apigw-requestid: (.+)\r$/m.exec(answer)?.[1],
          routeKey: 'POST /webhooks/{name}',
          stage: '$default',
          time: '09/Feb/2024:18:11:43 +0000',
          timeEpoch: at,
        },
        pathParameters: { name: 'open-messaging' },
        stageVariables: { colour: 'blue' },
        body: '{"ü":1}',
        isBase64Encoded: false,
      },
    ]);
  });

  it('lacks what the request and the route have not', async () => {
    const api = await run({ $default: ok });
    await fetch(`${api.url}/`);
    expect(Object.keys(await api.event)).toEqual([
      'version',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'isBase64Encoded',
    ]);
    expect(await api.event).toMatchObject({
      routeKey: '$default',
      rawPath: '/',
      rawQueryString: '',
      headers: { 'content-length': '0' },
      isBase64Encoded: false,
    });
  });

  it('joins headers that come twice, in lower case, and leaves out those of the hop', async () => {
    const api = await run({ $default: ok });
    const lines = ['X-Probe: first', 'x-pROBE: second', 'Cookie: a=1; b=2', 'Cookie: c=3', 'Keep-Alive: 5'];
    await exchange(api.url, head('GET /', ...lines, 'X-Forwarded-For: 10.0.0.9', 'X-Amzn-Trace-Id: Root=9'));
    const event = await api.event;
    expect(event).toMatchObject({ cookies: ['a=1', 'b=2', 'c=3'] });
    expect(event['headers']).toEqual({
      host: 'test',
      'content-length': '0',
      'x-probe': 'first,second',
      'x-amzn-trace-id': 'Root=9',
      'x-forwarded-for': '10.0.0.9, 127.0.0.1',
      'x-forwarded-port': new URL(api.url).port,
      'x-forwarded-proto': 'http',
    });
  });

  // The query of a live capture: github.com/hotsock/voker/blob/main/vokerhttp/testdata/apigwv2-request.json
  it('has the query string as it came, and decoded with a comma between what comes twice', async () => {
    const api = await run({ $default: ok });
    const query =
      'repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=';
    await fetch(`${api.url}/?${query}`);
    expect(await api.event).toMatchObject({
      rawQueryString: query,
      queryStringParameters: {
        empty: '',
        encodedPlus: 'a+b',
        literalPlus: 'a b',
        redirect: 'https://example.com/a/b',
        repeat: 'one,two',
      },
    });
  });

  // Live captures: github.com/hotsock/voker/blob/main/vokerhttp/testdata/ingress-paths.json
  it.each([
    ['/capture/space%20value', '/capture/space value'],
    ['/capture/question%3Fvalue', '/capture/question'],
    ['/capture/hash%23value', '/capture/hash#value'],
    ['/capture/slash%2Fvalue', '/capture/slash/value'],
    ['/capture/unicode-%CE%BB-%E4%B8%96%E7%95%8C', '/capture/unicode-λ-世界'],
    ['/capture/literal%252Fvalue', '/capture/literal/value'],
    ['/capture/literal%253Fvalue', '/capture/literal?value'],
    ['/capture/literal%2525value', '/capture/literal%value'],
  ])('of %s has the path that API Gateway makes of it', async (sent, path) => {
    const api = await run({ 'GET /capture/{rest+}': ok });
    await fetch(`${api.url}${sent}?q=%3F`);
    expect(await api.event).toMatchObject({
      rawPath: path,
      rawQueryString: 'q=%3F',
      requestContext: { http: { path } },
      pathParameters: { rest: path.slice('/capture/'.length) },
    });
  });

  it('of a named stage has the stage in its path, and not in its parameters', async () => {
    const api = await run({ 'GET /{proxy+}': ok }, { stage: 'v1' });
    expect(api.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    await fetch(`${api.url}/a/b`);
    expect(await api.event).toMatchObject({
      rawPath: '/v1/a/b',
      requestContext: { stage: 'v1', http: { path: '/v1/a/b' } },
      pathParameters: { proxy: 'a/b' },
    });
  });
});

/*
 * AWS: "If the content type of the request is binary, the body is base64-encoded", and no list of types. These are what
 * a live HTTP API did: github.com/ministackorg/ministack/pull/766
 */
describe('the body', () => {
  const body = Buffer.from('{"a":"é"}');

  async function sent(type: string | undefined, bytes: Buffer) {
    const api = await run({ $default: ok });
    const headers = type === undefined ? [] : [`Content-Type: ${type}`];
    await exchange(api.url, head('POST /', ...headers, `Content-Length: ${bytes.length}`), bytes);
    return api.event;
  }

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/xml',
    'application/javascript',
    'text/plain',
    'text/html;charset=utf-8',
  ])('of type %s is text', async (type) => {
    expect(await sent(type, body)).toMatchObject({ body: '{"a":"é"}', isBase64Encoded: false });
  });

  it.each([
    undefined,
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'image/png',
    'application/jsonlines',
  ])('of type %s is base64', async (type) => {
    expect(await sent(type, body)).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  it('of any bytes comes through whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const event = await sent('application/octet-stream', bytes);
    expect(Buffer.from(String(event['body']), 'base64')).toEqual(bytes);
  });

  it('in chunks is one text, with its length', async () => {
    const api = await run({ 'POST /': ok });
    const lines = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    // The é is cut in two.
    const [first, second] = [body.subarray(0, 7), body.subarray(7)];
    const chunk = (bytes: Buffer): Buffer =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    await exchange(api.url, head('POST /', ...lines), chunk(first), chunk(second), '0\r\n\r\n');
    const event = await api.event;
    expect(event).toMatchObject({ body: '{"a":"é"}', headers: { 'content-length': '10' } });
    expect(event).not.toHaveProperty('headers.transfer-encoding');
  });
});
