import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { statusFor } from '../fixture.ts';
import type { TestPage } from './fixture.ts';
import { startAnotherPage, startTestPage } from './fixture.ts';

let page: TestPage;
beforeAll(async () => {
  page = await startTestPage();
});
afterAll(() => page.close());

describe('the page', () => {
  test.each([
    ['/', 'text/html', '<title>typing-relay</title>'],
    ['/app.js', 'text/javascript', 'new WebSocket('],
    ['/style.css', 'text/css', 'prefers-color-scheme'],
    ['/favicon.ico', 'image/svg+xml', '<svg'],
  ])('%s is served as %s', async (path, type, part) => {
    const response = await fetch(page.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(await response.text()).toContain(part);
  });

  test('it reaches its own server and the gateway only', async () => {
    const { headers } = await fetch(page.url);
    const policy = (headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self' ws://127.0.0.1:4001",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/', '/app.js', '/style.css'])('%s names no other host', async (path) => {
    const text = await (await fetch(page.url + path)).text();
    const urls = text
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
      .flatMap((line) => line.match(/(?:https?|wss?):\/\/[\w.-]+/g) ?? []);
    // JSON Schema's names, which Zod writes and never fetches.
    expect(urls.filter((url) => !url.includes('json-schema.org'))).toEqual([]);
  });

  test.each([
    ['GET', '/nothing'],
    ['GET', '/../server.ts'],
    ['GET', '/api/guests'],
    ['POST', '/'],
    ['PUT', '/api/guests'],
  ])('%s %s is nothing', async (method, path) => {
    const response = await fetch(page.url + path, { method, headers: { Origin: page.url } });
    expect(response.status).toBe(404);
  });
});

describe('who may ask', () => {
  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example'])(
    'a page of the origin %s may not post',
    async (origin) => {
      const answer = await page.post('/api/guests', {}, { Origin: origin });
      expect(answer).toEqual({ status: 403, body: { error: 'Only this page itself may post here.' } });
    },
  );

  test('nor may a caller without an origin', async () => {
    expect((await fetch(`${page.url}/api/guests`, { method: 'POST', body: '{}' })).status).toBe(403);
  });

  test.each([
    ['localhost:80', 200],
    ['127.0.0.1:80', 200],
    ['evil.example', 403],
    ['localhost.evil.example:80', 403],
    ['127.0.0.1.evil.example', 403],
  ])('the host %s is answered %i, so that no foreign name leads here', async (host, status) => {
    for (const path of ['/', '/app.js']) {
      expect(await statusFor(page.url + path, 'GET', { Host: host })).toBe(status);
    }
  });

  test('a post to localhost from localhost is this page, too', async () => {
    const posted = (host: string) =>
      statusFor(`${page.url}/api/guests`, 'POST', { Host: host, Origin: `http://${host}` });
    // Heard, and told what the body is.
    expect(await posted(`localhost:${new URL(page.url).port}`)).toBe(400);
    expect(await posted('evil.example')).toBe(403);
  });
});

describe('starting and stopping', () => {
  test('a port in use rejects with the error of listen', async () => {
    const port = Number(new URL(page.url).port);
    await expect(startAnotherPage(page.org, port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('close ends open streams, and can be called twice', async () => {
    const own = await startAnotherPage(page.org);
    const stream = await fetch(`${own.url}/api/events`);
    const ended = stream.text().then(
      () => 'ended',
      () => 'cut',
    );
    await Promise.all([own.close(), own.close()]);
    expect(await ended).toMatch(/ended|cut/);
    await expect(fetch(own.url)).rejects.toThrow();
  });
});
