import { describe, expect, it } from 'vitest';
import { anything, like } from '../fixture.ts';
import { connect, ID, run } from './fixture.ts';
import type { TraceEvent } from './trace.ts';

const ok = (): unknown => ({ statusCode: 200 });
const echo = (event: Record<string, unknown>): unknown => ({ statusCode: 200, body: event['body'] });
const parsed = (frame: unknown): unknown => JSON.parse(String(frame));

describe('a message', () => {
  it('goes to the route that its body names, and carries only context and body', async () => {
    const gateway = await run({ typing: ok, $default: ok });
    const client = await connect(gateway.url);
    client.send('{"type":"typing"}');
    const event = await gateway.event('typing');
    expect(event).toEqual({
      body: '{"type":"typing"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: 'typing',
        messageId: like(ID),
        eventType: 'MESSAGE',
        extendedRequestId: like(ID),
        requestTime: like(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        messageDirection: 'IN',
        stage: 'live',
        connectedAt: anything(Number),
        requestTimeEpoch: anything(Number),
        identity: { sourceIp: '127.0.0.1' },
        requestId: like(ID),
        domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
        connectionId: like(ID),
        apiId: 'abcdefghij',
      },
    });
  });

  it.each([
    'not json',
    '{}',
    '{"type":"Typing"}',
    '{"type":null}',
    '{"type":"$connect"}',
    '{"type":"$default"}',
    '7',
  ])('%s goes to $default', async (body) => {
    const gateway = await run({ $connect: ok, $default: ok, typing: ok });
    (await connect(gateway.url)).send(body);
    expect(await gateway.event('$default')).toMatchObject({ body, requestContext: { routeKey: '$default' } });
    expect(gateway.events('$connect')).toHaveLength(1);
  });

  it('without a route and without $default gives the Forbidden frame', async () => {
    const client = await connect((await run({ typing: ok })).url);
    client.send({ type: 'other' });
    const frame = { message: 'Forbidden', connectionId: like(ID), requestId: like(ID) };
    expect(parsed(await client.next())).toEqual(frame);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('secret'))],
    ['answers nothing', () => undefined],
    ['answers a malformed thing', () => ({ body: 'x' })],
    ['takes too long', () => new Promise(() => undefined)],
  ])(
    'whose handler %s gives the Internal server error frame, and the socket stays',
    async (_case, typing) => {
      const routes = [
        { routeKey: 'typing', timeoutMs: 50 },
        { routeKey: 'echo', returnsResponse: true },
      ];
      const client = await connect((await run({ typing, echo }, { routes })).url);
      client.send({ type: 'typing' });
      const frame = { message: 'Internal server error', connectionId: like(ID), requestId: like(ID) };
      expect(parsed(await client.next())).toEqual(frame);
      client.send('{"type":"echo"}');
      expect(await client.next()).toBe('{"type":"echo"}');
    },
  );

  it('nested 10,000 deep goes to $default, and the socket stays', async () => {
    const routes = [{ routeKey: '$default', returnsResponse: true }];
    const gateway = await run({ $default: () => ({ statusCode: 200, body: 'back' }) }, { routes });
    const client = await connect(gateway.url);
    client.send(`{"type":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);
    expect(await client.next()).toBe('back');
  });

  it('at which the gateway itself fails gives the Internal server error frame, and the socket stays', async () => {
    const onTrace = ({ kind, body }: TraceEvent): void => {
      if (kind === 'frame-in' && body === 'bad') throw new Error('secret');
    };
    const routes = [{ routeKey: '$default', returnsResponse: true }];
    const client = await connect((await run({ $default: echo }, { routes, onTrace })).url);
    client.send('bad');
    const frame = { message: 'Internal server error', connectionId: like(ID), requestId: like(ID) };
    expect(parsed(await client.next())).toEqual(frame);
    client.send('good');
    expect(await client.next()).toBe('good');
  });

  it('gets no answer from a route without a route response', async () => {
    const routes = [{ routeKey: 'echo', returnsResponse: true }];
    const gateway = await run({ typing: echo, echo }, { routes });
    const client = await connect(gateway.url);
    client.send({ type: 'typing' });
    await gateway.event('typing');
    client.send({ type: 'echo', n: 1 });
    expect(await client.next()).toBe('{"type":"echo","n":1}');
  });

  it('is handled beside the others of its connection', async () => {
    let begun: (value: unknown) => void = () => undefined;
    const second = new Promise((resolve) => (begun = resolve));
    const first = (event: Record<string, unknown>): unknown => second.then(() => echo(event));
    const other = (event: Record<string, unknown>): unknown => {
      begun(undefined);
      return echo(event);
    };
    const routes = ['first', 'other'].map((routeKey) => ({ routeKey, returnsResponse: true }));
    const client = await connect((await run({ first, other }, { routes })).url);
    client.send({ type: 'first' }, { type: 'other' });
    const frames = [await client.next(), await client.next()];
    expect(frames.sort()).toEqual(['{"type":"first"}', '{"type":"other"}']);
  });

  it('may be handled in a drawn order', async () => {
    const gateway = await run({ typing: ok, last: ok }, { random: () => 0.999 });
    const client = await connect(gateway.url);
    client.send({ type: 'last' }, { type: 'typing', n: 1 }, { type: 'typing', n: 2 });
    await gateway.event('last');
    expect(gateway.events('typing').map((event) => event['body'])).toEqual([
      '{"type":"typing","n":2}',
      '{"type":"typing","n":1}',
    ]);
  });
});

describe('the DISCONNECT event', () => {
  it.each([
    [1000, 'done', 1000, 'done'],
    [4001, '', 4001, ''],
    [undefined, undefined, 1005, 'Client-side close frame status not set'],
  ])('carries the close %s %j', async (code, reason, status, text) => {
    const gateway = await run({ $disconnect: ok });
    (await connect(gateway.url)).socket.close(code, reason);
    expect(await gateway.event('$disconnect')).toMatchObject({
      requestContext: {
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        disconnectStatusCode: status,
        disconnectReason: text,
        connectionId: like(ID),
      },
      isBase64Encoded: false,
    });
  });

  it('says 1006 when the client vanishes', async () => {
    const gateway = await run({ $disconnect: ok });
    (await connect(gateway.url)).socket.terminate();
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1006);
  });
});
