import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { makeHttp, retryAfterMs } from './http.ts';

const soon = (): number => Date.now() + 5_000;
const post = (url: string, deadline = soon()) => ({
  method: 'POST' as const,
  url,
  headers: {},
  body: 'hello',
  deadline,
});

describe('a request', () => {
  it('sends its body with its length, and resolves with any status', async () => {
    const { url, seen } = await serve(() => ({
      status: 418,
      headers: { 'x-kind': 'teapot' },
      body: 'short',
    }));
    const answer = await makeHttp()(post(`${url}/a?b=1`));
    expect(answer).toMatchObject({ status: 418, body: 'short', headers: { 'x-kind': 'teapot' } });
    expect(seen).toMatchObject([
      { method: 'POST', path: '/a?b=1', body: 'hello', headers: { 'content-length': '5' } },
    ]);
  });

  it('goes over the connection of the one before', async () => {
    const { url, server } = await serve(() => ({ status: 200 }));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const http = makeHttp();
    await http(post(url));
    await http(post(url));
    expect(connections).toBe(1);
  });

  it('that gets no answer fails at its deadline', async () => {
    const { url } = await serve(() => undefined);
    await expect(makeHttp()(post(url, Date.now() + 50))).rejects.toThrow('did not answer in time');
  });

  it('whose answer never ends fails at its deadline', async () => {
    const { url, server } = await serve(() => undefined);
    server.on('request', (_request, response) => response.writeHead(200).write('and so '));
    await expect(makeHttp()(post(url, Date.now() + 200))).rejects.toThrow();
  });

  it('is cut off when its answer is far too large', async () => {
    const { url } = await serve(() => ({ status: 200, body: 'x'.repeat(1_048_577) }));
    await expect(makeHttp()(post(url))).rejects.toThrow('1048576 bytes');
  });

  it('that is answered by a switch of protocols fails', async () => {
    const { url, server } = await serve(() => undefined);
    server.removeAllListeners('request');
    server.on('request', (request) =>
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    );
    await expect(makeHttp()(post(url))).rejects.toThrow();
  });

  it.each([
    'http://h?x=/b',
    'http://h#f',
    'http://user:pw@h/',
    'HTTP://h/',
    String.raw`http://h\a`,
    'ftp://h/',
    '/path',
  ])('is not made where its URL is of no form that is ours: %s', async (url) => {
    await expect(makeHttp()(post(url))).rejects.toThrow('not an absolute URL of http or https');
  });

  it('to nobody fails', async () => {
    const unused = net.createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const address = unused.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    unused.close();
    await once(unused, 'close');
    await expect(makeHttp()(post(`http://127.0.0.1:${port}`))).rejects.toThrow('ECONNREFUSED');
  });

  it('is made again, once, when the far side had closed the kept connection', async () => {
    let cut = false;
    const { url, seen } = await serve(() => {
      if (!cut) return { status: 200 };
      cut = false;
      return 'drop';
    });
    const http = makeHttp();
    await http(post(url));
    cut = true;
    expect((await http(post(url))).status).toBe(200);
    expect(seen).toHaveLength(3);
  });
});

describe('Retry-After', () => {
  it.each([
    ['3', 3_000],
    ['0', 1_000],
    ['-1', 1_000],
    ['soon', 1_000],
    [undefined, 1_000],
  ])('%s means %d ms', (header, ms) => {
    expect(retryAfterMs(header)).toBe(ms);
  });
});
