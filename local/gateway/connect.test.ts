import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { anything, like } from '../fixture.ts';
import { exchange, open } from '../http/fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import { connect, ID, ok, refusal, run } from './fixture.ts';
import { upgradeRequest } from './raw-fixture.ts';

describe('$connect', () => {
  it('answering 2xx opens the socket', async () => {
    const { url } = await run({ $connect: () => ({ statusCode: 204 }) });
    expect((await connect(url)).socket.readyState).toBe(1);
  });

  it('may be missing: the socket opens', async () => {
    const { url } = await run({});
    expect((await connect(url)).socket.readyState).toBe(1);
  });

  it.each([
    [undefined],
    [{}],
    ['ok'],
    [{ statusCode: 200, body: { not: 'a text' } }],
    [{ statusCode: 200, extra: 1 }],
  ])('answering %j is malformed and gives 502', async (answer) => {
    const { url } = await run({ $connect: () => answer });
    expect(await refusal(url)).toMatchObject({ status: 502 });
  });

  it('that chooses none leaves the client without one, so that it drops the socket', async () => {
    const { url } = await run({ $connect: ok });
    await expect(connect(url, { protocols: ['typing-relay'] })).rejects.toThrow('no subprotocol');
  });

  it('cannot write other headers through the subprotocol', async () => {
    const headers = { 'Sec-WebSocket-Protocol': 'a\r\nSet-Cookie: x=1' };
    const { url } = await run({ $connect: () => ({ statusCode: 200, headers }) });
    expect(await refusal(url, { protocols: ['a'] })).toMatchObject({ status: 502 });
  });

  it('is told of the end when the client leaves before the answer', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const gateway = await run({
      $connect: () => new Promise((resolve) => (answer = resolve)),
      $disconnect: ok,
    });
    const tcp = await open(gateway.url);
    tcp.write(upgradeRequest());
    await gateway.event('$connect');
    tcp.resetAndDestroy();
    await once(tcp, 'close');
    // A later request of another socket: when it is answered, the gateway has seen the end of the first.
    await fetch(gateway.callbackUrl);
    answer({ statusCode: 200 });
    expect(await gateway.event('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1006 },
    });
  });
});

describe('the CONNECT event', () => {
  it('has the context of API Gateway', async () => {
    const gateway = await run({ $connect: ok }, { clock: makeFakeClock(Date.UTC(2024, 1, 9, 18, 11, 43)) });
    await connect(gateway.url, { headers: { 'User-Agent': 'test/1' } });
    const event = await gateway.event('$connect');
    expect(event).toMatchObject({
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        stage: 'live',
        apiId: 'abcdefghij',
        domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
        connectionId: like(ID),
        requestId: like(ID),
        extendedRequestId: like(ID),
        requestTime: '09/Feb/2024:18:11:43 +0000',
        requestTimeEpoch: 1_707_502_303_000,
        connectedAt: 1_707_502_303_000,
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
      },
    });
    expect(event).not.toHaveProperty('body');
    expect(event).not.toHaveProperty('requestContext.authorizer');
  });

  it('keeps the case of header names, the last value and all values', async () => {
    const gateway = await run({ $connect: ok });
    await connect(gateway.url, { headers: { 'X-MiXed': ['one', 'two'] } });
    expect(await gateway.event('$connect')).toMatchObject({
      headers: { 'X-MiXed': 'two', Host: anything(String) },
      multiValueHeaders: { 'X-MiXed': ['one', 'two'] },
    });
  });

  it('has what API Gateway adds to the headers, over what the client says', async () => {
    const gateway = await run({ $connect: ok }, { clock: makeFakeClock(Date.UTC(2024, 1, 9, 18, 11, 43)) });
    await connect(gateway.url, { headers: { 'x-forwarded-for': '10.0.0.9', 'x-forwarded-port': '1' } });
    const { headers } = await gateway.event('$connect');
    expect(headers).toEqual({
      Host: anything(String),
      'Sec-WebSocket-Extensions': anything(String),
      'Sec-WebSocket-Key': anything(String),
      'Sec-WebSocket-Version': '13',
      'X-Amzn-Trace-Id': like(/^Root=1-65c66adf-[0-9a-f]{24}$/),
      'X-Forwarded-For': '10.0.0.9, 127.0.0.1',
      'X-Forwarded-Port': new URL(gateway.url).port,
      'X-Forwarded-Proto': 'http',
    });
  });

  it('has the query string, decoded, where there is one', async () => {
    const gateway = await run({ $connect: ok });
    await connect(`${gateway.url}?ticket=a%20b&n=1&n=2`);
    expect(await gateway.event('$connect')).toMatchObject({
      queryStringParameters: { ticket: 'a b', n: '2' },
      multiValueQueryStringParameters: { ticket: ['a b'], n: ['1', '2'] },
    });
  });

  it('has no query string maps where there is none', async () => {
    const gateway = await run({ $connect: ok });
    await connect(gateway.url);
    const event = await gateway.event('$connect');
    expect(Object.keys(event).sort()).toEqual([
      'headers',
      'isBase64Encoded',
      'multiValueHeaders',
      'requestContext',
    ]);
  });
});

describe('what is no connection', () => {
  it('an upgrade on another path is forbidden', async () => {
    const gateway = await run({ $connect: ok });
    expect(await refusal(gateway.url.replace('/live', '/other'))).toMatchObject({
      status: 403,
      body: { message: 'Forbidden' },
    });
    expect(gateway.events('$connect')).toEqual([]);
  });

  it.each([
    [4096, 'opens'],
    [4097, '414'],
  ])('an upgrade with a URL of %i characters: %s', async (length, outcome) => {
    const gateway = await run({ $connect: ok });
    const url = `${gateway.url}?ticket=`;
    const asked = url + 'x'.repeat(length - url.slice(url.indexOf('/live')).length);
    const got = await connect(asked).then(() => 'opens', String);
    expect(got).toContain(outcome);
    expect(gateway.events('$connect')).toHaveLength(outcome === 'opens' ? 1 : 0);
  });

  it.each([
    'Sec-WebSocket-Protocol: a,, b',
    'Sec-WebSocket-Protocol: a b',
    'Sec-WebSocket-Protocol: a, b, a',
    'Sec-WebSocket-Protocol:',
    'Sec-WebSocket-Version: 12',
  ])('an upgrade with the header %s is a bad request, and reaches no function', async (header) => {
    const gateway = await run({ $connect: ok });
    expect(await exchange(gateway.url, upgradeRequest(header))).toMatch(/^HTTP\/1\.1 400 /);
    expect(gateway.events('$connect')).toEqual([]);
  });

  it('a plain request is forbidden', async () => {
    const { callbackUrl } = await run({ $connect: ok });
    const response = await fetch(callbackUrl);
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });
});
