import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { exchange } from '../http/fixture.ts';
import { head, run } from './fixture.ts';

async function answered(value: unknown): Promise<Response> {
  const { url } = await run({ $default: () => value });
  return fetch(url, { redirect: 'manual' });
}

describe('what a function answers', () => {
  it('has a status, headers, cookies and a body', async () => {
    const response = await answered({
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', 'X-Number': 5, 'x-flag': true, 'Set-Cookie': 'a=0' },
      cookies: ['b=1; HttpOnly', 'c=2'],
      body: 'é',
    });
    expect([response.status, await response.text()]).toEqual([201, 'é']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': '2',
      'x-number': '5',
      'x-flag': 'true',
      'apigw-requestid': like(/^[\w-]{15}=$/),
    });
    expect(response.headers.getSetCookie()).toEqual(['a=0', 'b=1; HttpOnly', 'c=2']);
  });

  it.each([
    ['status alone', { statusCode: 404 }, 404, ''],
    ['status as text', { statusCode: '503', body: null, headers: null }, 503, ''],
    ['redirect', { statusCode: 302, headers: { location: '/x' } }, 302, ''],
    ['field of format 1.0', { statusCode: 200, body: 'x', multiValueHeaders: { a: ['b'] } }, 200, 'x'],
  ])('may be a %s, plain text by default', async (_, value, status, body) => {
    const response = await answered(value);
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('a')).toBeNull();
  });

  it('is decoded from base64', async () => {
    const bytes = Buffer.from([0, 255, 128, 13, 10]);
    const response = await answered({
      statusCode: 200,
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });

  // As live APIs do: aws/aws-lambda-dotnet, Tools/LambdaTestTool-v2/tests, InvokeResponseExtensionsIntegrationTests.cs
  it.each([
    ['Hello from Lambda!', 'Hello from Lambda!'],
    ['', ''],
    [{ message: 'hi' }, '{"message":"hi"}'],
    [[1, 2], '[1,2]'],
    [42, '42'],
    [null, 'null'],
  ])('without a status, such as %j, is the body of a 200 in JSON', async (value, body) => {
    const response = await answered(value);
    expect([response.status, await response.text()]).toEqual([200, body]);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it.each([
    { statusCode: 200.5 },
    { statusCode: null },
    { statusCode: 101 },
    { statusCode: 600 },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 200, body: '!', isBase64Encoded: true },
    { statusCode: 200, headers: { 'x-a': ['list'] } },
    { statusCode: 200, headers: { 'x-a': 'b\r\nset-cookie: c=1' } },
    { statusCode: 200, headers: { 'bad name': 'b' } },
    { statusCode: 200, cookies: ['a=1\r\nx: y'] },
  ])('%j is malformed and gives 500', async (value) => {
    const response = await answered(value);
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('cannot set what is between the client and the gateway', async () => {
    const headers = { 'Content-Length': '1', Connection: 'upgrade', 'transfer-encoding': 'chunked' };
    const { url } = await run({ $default: () => ({ statusCode: 200, headers, body: 'whole' }) });
    const answer = await exchange(url, head('GET /'));
    expect(answer).toContain('content-length: 5\r\n');
    expect(answer).toMatch(/\r\n\r\nwhole$/);
    expect(answer).not.toMatch(/chunked|upgrade/);
  });

  it('to HEAD, or with 204, has no body', async () => {
    const { url } = await run({
      'HEAD /': () => ({ statusCode: 200, body: 'x' }),
      'GET /': () => ({ statusCode: 204, body: 'x' }),
    });
    expect(await exchange(url, head('HEAD /'))).toMatch(/content-length: 1\r\n[^]*\r\n\r\n$/);
    const none = await exchange(url, head('GET /'));
    expect(none).toMatch(/^HTTP\/1\.1 204 [^]*\r\n\r\n$/);
    expect(none).not.toContain('content-length');
  });
});
