import { describe, expect, it } from 'vitest';
import type { TestClient } from './fixture.ts';
import { connect, run } from './fixture.ts';

const KB = 1024;
const ok = (): unknown => ({ statusCode: 200 });
const echo = (event: Record<string, unknown>): unknown => ({
  statusCode: 200,
  body: String(event['body']).slice(0, 4),
});
const routes = [{ routeKey: '$default', returnsResponse: true }];

describe('a frame', () => {
  it('of 32 KB passes', async () => {
    const client = await connect((await run({ $default: echo }, { routes })).url);
    client.send('a'.repeat(32 * KB));
    expect(await client.next()).toBe('aaaa');
  });

  it('over 32 KB closes the connection with 1009, and its message goes nowhere', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.send('a'.repeat(32 * KB + 1), 'after');
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1009);
    expect(gateway.events('$default')).toEqual([]);
  });

  it('over 32 KB leaves the messages before it alone', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.send('before', 'a'.repeat(32 * KB + 1));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(gateway.events('$default').map((event) => event['body'])).toEqual(['before']);
  });

  it('that is binary closes the connection with 1003', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await client.closed).toMatchObject({ code: 1003 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1003);
    expect(gateway.events('$default')).toEqual([]);
  });
});

describe('a message of several frames', () => {
  function sendFrames(client: TestClient, sizes: readonly number[]): void {
    sizes.forEach((size, index) => {
      client.socket.send('b'.repeat(size), { fin: index === sizes.length - 1 });
    });
  }

  it('of 128 KB passes', async () => {
    const client = await connect((await run({ $default: echo }, { routes })).url);
    sendFrames(client, [32 * KB, 32 * KB, 32 * KB, 32 * KB]);
    expect(await client.next()).toBe('bbbb');
  });

  it('over 128 KB closes the connection with 1009', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    sendFrames(client, [32 * KB, 32 * KB, 32 * KB, 32 * KB, 1]);
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1009);
    expect(gateway.events('$default')).toEqual([]);
  });
});

describe('a connection', () => {
  it('closes with 1001 when it was idle for its time', async () => {
    const gateway = await run({ $disconnect: ok }, { limits: { idleMs: 50 } });
    expect(await (await connect(gateway.url)).closed).toMatchObject({ code: 1001, reason: 'Going away' });
    expect(await gateway.event('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' },
    });
  });

  it('closes with 1001 when its life is over, however busy it is', async () => {
    const gateway = await run({ $default: echo }, { routes, limits: { lifeMs: 60, idleMs: 60_000 } });
    const client = await connect(gateway.url);
    let frame: unknown = '';
    while (typeof frame === 'string') {
      client.send('more');
      frame = await client.next();
    }
    expect(frame).toEqual({ closed: 1001 });
  });
});
