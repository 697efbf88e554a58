import { describe, expect, it } from 'vitest';
import { anything, like } from '../fixture.ts';
import { connect, ID, ok, run } from './fixture.ts';
import type { TraceEvent } from './trace.ts';

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

  it.each([
    ['answers nothing', () => undefined],
    ['answers a malformed thing', () => ({ body: 'x' })],
  ])(
    'whose handler %s gives the Internal server error frame, and the socket stays',
    async (_case, typing) => {
      const routes = [{ routeKey: 'echo', returnsResponse: true }];
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
});
