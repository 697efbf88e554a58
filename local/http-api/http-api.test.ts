import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeEnvironments } from '../lambda/environments.ts';
import { exchange, open } from '../http/fixture.ts';
import type { TraceEvent } from '../gateway/trace.ts';
import { httpApi, load } from '../template/fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import { head, run } from './fixture.ts';
import { startHttpApi } from './http-api.ts';

const ok = (): unknown => ({ statusCode: 200, body: 'ok' });
const never = (): Promise<unknown> => new Promise(() => undefined);
const MB = 1024 * 1024;

/** Status and body of an answer. */
const told = async (response: Response): Promise<unknown> => [response.status, await response.text()];
const message = (text: string): string => JSON.stringify({ message: text });

describe('an HTTP API', () => {
  it("runs a template's function behind its route", async () => {
    const template = await load(httpApi());
    const [fn] = template.functions.filter(({ name }) => name === 'Typing');
    const source = 'let n = 0; exports.handler = async (event) => ({ n: ++n, body: event.body });';
    await writeFile(fn?.file ?? '', source);
    const environments = makeEnvironments({ functions: template.functions });
    onTestFinished(environments.close);
    const { httpApi: api } = template;
    if (api === undefined) throw new Error('no HTTP API');
    const running = await startHttpApi({ template, api, port: 0, invoke: environments.invoke });
    onTestFinished(running.close);
    const post = () =>
      fetch(`${running.url}/webhooks/open-messaging`, { method: 'POST', body: 'hi' }).then(told);
    expect(await post()).toEqual([200, '{"n":1,"body":"hi"}']);
    expect(await post()).toEqual([200, '{"n":2,"body":"hi"}']);
  });

  it('tells the way of a request that a route takes, and nothing of its headers and its query', async () => {
    const trace: TraceEvent[] = [];
    const api = await run({ 'POST /': ok }, { trace: (event) => trace.push(event) });
    await fetch(`${api.url}?hidden`, { method: 'POST', headers: { Authorization: 'hidden' }, body: 'told' });
    await fetch(`${api.url}/nowhere`);
    expect(trace).toMatchObject([
      { kind: 'http-in', routeKey: 'POST /', body: 'told' },
      { kind: 'invoke', routeKey: 'POST /', function: 'POST /', ms: 1, coldStart: false, ok: true },
      { kind: 'http-out', routeKey: 'POST /', status: 200 },
    ]);
    expect(new Set(trace.map(({ requestId }) => requestId)).size).toBe(1);
    expect(JSON.stringify(trace)).not.toContain('hidden');
  });

  it('answers 404 where no route is', async () => {
    const { url, events } = await run({ 'POST /x': ok });
    expect(await told(await fetch(`${url}/x`))).toEqual([404, message('Not Found')]);
    expect(events).toEqual([]);
  });

  it('answers 404 outside of its stage', async () => {
    const { url } = await run({ $default: ok }, { stage: 'v1' });
    const { origin } = new URL(url);
    expect((await fetch(`${origin}/v12/x`)).status).toBe(404);
    expect((await fetch(`${origin}/x`)).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
  });

  it('answers 500 when the function throws, and says nothing of it', async () => {
    const { url } = await run({
      $default: () => {
        throw new Error('secret');
      },
    });
    expect(await told(await fetch(url))).toEqual([500, message('Internal Server Error')]);
  });

  it.each(['Sandbox.Timedout', 'TooManyRequestsException'])('answers 500 on %s', async (type) => {
    const failed = { ok: false, error: { type, message: 'secret' }, ms: 1, coldStart: false } as const;
    const { url } = await run({ $default: ok }, { invoke: () => Promise.resolve(failed) });
    expect(await told(await fetch(url))).toEqual([500, message('Internal Server Error')]);
  });

  it('answers 503 when the function takes longer than its integration may', async () => {
    const clock = makeFakeClock();
    const api = await run({ $default: never }, { clock });
    const answer = fetch(api.url).then(told);
    await api.event;
    await clock.advance(30_000);
    expect(await answer).toEqual([503, message('Service Unavailable')]);
  });

  it('rejects with the error of listen when the port is taken', async () => {
    const { url } = await run({});
    const second = run({}, { port: Number(new URL(url).port) });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
  });
});

describe('a request', () => {
  const post = (url: string, bytes: number): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: Buffer.alloc(bytes, 'a') });

  it.each([
    ['of 10 MB and a byte', 10 * MB + 1],
    ['whose event is larger than the 6 MB that Lambda takes', 6 * MB],
  ])('%s gets 413', async (_, bytes) => {
    const { url, events } = await run({ $default: ok });
    expect(await told(await post(url, bytes))).toEqual([413, message('Request Entity Too Large')]);
    expect(events).toEqual([]);
  });

  it('whose event is within those 6 MB passes', async () => {
    const { url } = await run({ $default: (event) => ({ length: String(event['body']).length }) });
    expect(await (await post(url, 6 * MB - 10_000)).json()).toEqual({ length: 6 * MB - 10_000 });
  });

  it.each([
    ['10240 bytes', 10_240, 200],
    ['10241 bytes', 10_241, 431],
  ])('with %s in its first line and header values gets its answer', async (_, bytes, status) => {
    const { url } = await run({ $default: ok });
    const line = 'GET /';
    const others = `${line} HTTP/1.1`.length + 'test'.length + 'close'.length;
    const answer = await exchange(url, head(line, `X-Long: ${'v'.repeat(bytes - others)}`));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('has every header counted and handed on, however many there are', async () => {
    const { url, events } = await run({ $default: ok });
    const values = (count: number): string[] => Array.from({ length: count }, () => '1');
    const asked = (count: number) => exchange(url, head('GET /', ...values(count).map((one) => `A:${one}`)));
    expect(await asked(10_000)).toMatch(/^HTTP\/1\.1 200 /);
    expect(events[0]).toHaveProperty('headers.a', values(10_000).join(','));
    expect(await asked(10_241)).toMatch(/^HTTP\/1\.1 431 /);
    expect(events).toHaveLength(1);
  });

  it.each(['/percent%25done', '/%zz', '/%ff', 'http://elsewhere/x', '*'])(
    'for %s gets 400',
    async (target) => {
      const { url, events } = await run({ $default: ok });
      const answer = await exchange(url, head(`OPTIONS ${target}`));
      expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*\r\n\r\n\{"message":"Bad Request"\}$/);
      expect(events).toEqual([]);
    },
  );

  it.each([
    'NONSENSE\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ])('that is no HTTP, %j, gets 400 or is cut off, and reaches no function', async (bytes) => {
    const { url, events } = await run({ $default: ok });
    expect(await exchange(url, bytes)).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect(events).toEqual([]);
    expect(await told(await fetch(url))).toEqual([200, 'ok']);
  });

  it('whose client leaves in the middle of its body reaches no function', async () => {
    const { url, events } = await run({ $default: ok });
    const socket = await open(url);
    socket.write(head('POST /', 'Content-Length: 10') + 'half');
    socket.destroy();
    await once(socket, 'close');
    // A later request of another socket: when it is answered, the end of the first has been seen.
    await fetch(url);
    expect(events).toHaveLength(1);
    expect(events[0]).not.toHaveProperty('body');
  });

  it('whose client leaves before the answer harms nobody', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const api = await run({
      'GET /slow': () => new Promise((resolve) => (answer = resolve)),
      'GET /': ok,
    });
    const socket = await open(api.url);
    socket.write(head('GET /slow'));
    await api.event;
    socket.resetAndDestroy();
    await once(socket, 'close');
    await fetch(api.url);
    answer({ statusCode: 200, body: 'for nobody' });
    expect(await told(await fetch(api.url))).toEqual([200, 'ok']);
  });
});

describe('closing', () => {
  it('drops the requests under way and frees the port', async () => {
    const api = await run({ $default: never });
    const waiting = expect(fetch(api.url)).rejects.toThrow();
    const half = await open(api.url);
    half.on('error', () => undefined);
    half.write(head('POST /', 'Content-Length: 10') + 'half');
    await api.event;
    await api.close();
    await waiting;
    const again = await run({ $default: ok }, { port: Number(new URL(api.url).port) });
    expect(await told(await fetch(again.url))).toEqual([200, 'ok']);
    expect(api.events).toHaveLength(1);
  });
});
