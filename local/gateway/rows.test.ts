import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { anything, like } from '../fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import type { TestClient } from './fixture.ts';
import { connect, connectionId, ID, ok, refusal, run, sdk } from './fixture.ts';
import { runWorkers } from './workers-fixture.ts';

// What the client of an API sees, row by row in the words of docs/local-run.md; `@connections` has management.test.ts.

const KB = 1024;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const never = (): Promise<never> => new Promise(() => undefined);
const echo = ({ body }: Record<string, unknown>): unknown => ({ statusCode: 200, body });
const parsed = (frame: unknown): unknown => JSON.parse(String(frame));
const own = (message: string): unknown => ({ message, connectionId: like(ID), requestId: like(ID) });

function policy(effect: string, context: object = {}): unknown {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: '*' };
  return {
    principalId: 'guest',
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context,
  };
}

describe('authorizer denies / identity source missing', () => {
  const guardedBy = (...identitySources: string[]) => ({
    routes: [{ routeKey: '$connect', authorizer: { functionId: 'authorizer', identitySources } }],
  });

  it('HTTP 403 on the upgrade, no socket', async () => {
    const gateway = await run({ authorizer: () => policy('Deny'), $connect: ok }, guardedBy());
    expect(await refusal(gateway.url)).toEqual({ status: 403, body: own('Forbidden') });
    expect(gateway.events('$connect')).toEqual([]);
  });

  it.each([
    ['route.request.header.Authorization', ''],
    ['route.request.querystring.ticket', ''],
    ['route.request.querystring.ticket', '?ticket='],
  ])('HTTP 401 on the upgrade, without a call: %s of %j', async (source, query) => {
    const gateway = await run({ authorizer: () => policy('Allow'), $connect: ok }, guardedBy(source));
    expect(await refusal(gateway.url + query)).toEqual({ status: 401, body: own('Unauthorized') });
    expect([...gateway.events('authorizer'), ...gateway.events('$connect')]).toEqual([]);
  });
});

describe('$connect handler returns non-2xx / throws', () => {
  it.each([302, 401, 403, 429, 503])('%i on the upgrade, no socket', async (statusCode) => {
    const { url } = await run({ $connect: () => ({ statusCode, body: 'internal' }) });
    expect(await refusal(url)).toEqual({ status: statusCode, body: undefined });
  });

  it('502 on the upgrade, no socket', async () => {
    const { url } = await run({ $connect: () => Promise.reject(new Error('secret')) });
    expect(await refusal(url)).toEqual({ status: 502, body: own('Internal server error') });
  });

  it('502 as well where it passes its timeout', async () => {
    const clock = makeFakeClock();
    const gateway = await run({ $connect: never }, { clock });
    const refused = refusal(gateway.url);
    await gateway.event('$connect');
    await clock.advance(29_000);
    expect(await refused).toEqual({ status: 502, body: own('Internal server error') });
  });
});

describe('no route and no $default', () => {
  it('the Forbidden frame', async () => {
    const client = await connect((await run({ typing: ok })).url);
    client.send({ type: 'other' });
    expect(parsed(await client.next())).toEqual(own('Forbidden'));
  });

  it('the Forbidden frame for a client that sends {"type":"$connect"}, too', async () => {
    const gateway = await run({ $connect: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.send({ type: '$connect' }, { type: '$disconnect' });
    expect(parsed(await client.next())).toEqual(own('Forbidden'));
    expect(parsed(await client.next())).toEqual(own('Forbidden'));
    expect([gateway.events('$connect').length, gateway.events('$disconnect').length]).toEqual([1, 0]);
  });
});

describe('handler throws or passes its timeout (≤ 29 s)', () => {
  const routes = [{ routeKey: 'echo', returnsResponse: true }];

  async function isUp(client: TestClient): Promise<void> {
    client.send('{"type":"echo"}');
    expect(await client.next()).toBe('{"type":"echo"}');
  }

  it('the Internal server error frame; socket stays', async () => {
    const typing = (): unknown => Promise.reject(new Error('secret'));
    const client = await connect((await run({ typing, echo }, { routes })).url);
    client.send({ type: 'typing' });
    expect(parsed(await client.next())).toEqual(own('Internal server error'));
    await isUp(client);
  });

  it('the Internal server error frame after 29 s, and not before; socket stays', async () => {
    const clock = makeFakeClock();
    const gateway = await run({ typing: never, echo }, { routes, clock });
    const client = await connect(gateway.url);
    client.send({ type: 'typing' });
    await gateway.event('typing');
    await clock.advance(28_999);
    await isUp(client);
    await clock.advance(1);
    expect(parsed(await client.next())).toEqual(own('Internal server error'));
    await isUp(client);
  });
});

describe('frame > 32 KB, message > 128 KB', () => {
  const routes = [{ routeKey: '$default', returnsResponse: true }];

  /** A message of these frames. */
  function sendFrames({ socket }: TestClient, ...sizes: readonly number[]): void {
    for (const [index, size] of sizes.entries()) {
      socket.send('a'.repeat(size), { fin: index === sizes.length - 1 });
    }
  }

  it.each([
    ['a frame of 32 KB', [32 * KB]],
    ['a message of 128 KB', [32 * KB, 32 * KB, 32 * KB, 32 * KB]],
  ])('%s passes', async (_case, sizes) => {
    const size = ({ body }: Record<string, unknown>) => ({ statusCode: 200, body: `${String(body).length}` });
    const client = await connect((await run({ $default: size }, { routes })).url);
    sendFrames(client, ...sizes);
    expect(await client.next()).toBe(String(sizes.reduce((sum, one) => sum + one)));
  });

  it.each([
    ['a frame of a byte more', [32 * KB + 1]],
    ['the second frame of a message', [1, 32 * KB + 1]],
    ['a message of a byte more', [32 * KB, 32 * KB, 32 * KB, 32 * KB, 1]],
  ])('close 1009: %s, and its message goes nowhere', async (_case, sizes) => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.send('before');
    sendFrames(client, ...sizes);
    client.send('after');
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1009);
    expect(gateway.events('$default').map(({ body }) => body)).toEqual(['before']);
  });
});

describe('binary', () => {
  it('close 1003', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await client.closed).toMatchObject({ code: 1003 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1003);
    expect(gateway.events('$default')).toEqual([]);
  });
});

describe('idle 10 min, 2 h', () => {
  const routes = [{ routeKey: '$default', returnsResponse: true }];
  const reached = async (client: TestClient): Promise<void> => {
    client.send('more');
    expect(await client.next()).toBe('more');
  };

  it('close 1001 after 10 min without a frame', async () => {
    const clock = makeFakeClock();
    const gateway = await run({ $default: echo, $disconnect: ok }, { routes, clock });
    const client = await connect(gateway.url);
    await clock.advance(10 * MINUTE - 1);
    await reached(client);
    await clock.advance(10 * MINUTE - 1);
    await reached(client);
    await clock.advance(10 * MINUTE);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect(await gateway.event('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' },
    });
  });

  it('close 1001 after 2 h, however busy the connection is', async () => {
    const clock = makeFakeClock();
    const client = await connect((await run({ $default: echo }, { routes, clock })).url);
    for (let minutes = 9; minutes < 120; minutes += 9) {
      await clock.advance(9 * MINUTE);
      await reached(client);
    }
    await clock.advance(2 * HOUR - 117 * MINUTE - 1);
    await reached(client);
    await clock.advance(1);
    expect(await client.closed).toMatchObject({ code: 1001 });
  });

  it.each(['a ping', 'a frame to the client'])('%s counts as a frame', async (what) => {
    const clock = makeFakeClock();
    const gateway = await run({ $connect: ok, $default: echo }, { routes, clock });
    const client = await connect(gateway.url);
    await clock.advance(9 * MINUTE);
    if (what === 'a ping') {
      const pong = new Promise((resolve) => client.socket.once('pong', resolve));
      client.socket.ping();
      await pong;
    } else {
      const ConnectionId = await connectionId(gateway);
      await sdk(gateway).send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
      await client.next();
    }
    await clock.advance(9 * MINUTE);
    await reached(client);
  });
});

describe('subprotocol returned by $connect', () => {
  it('echoed', async () => {
    const headers = { 'sec-websocket-protocol': 'typing-relay' };
    const { url } = await run({ $connect: () => ({ statusCode: 200, headers }) });
    const { socket } = await connect(url, { protocols: ['ticket.abc', 'typing-relay'] });
    expect(socket.protocol).toBe('typing-relay');
  });
});

describe('authorizer context', () => {
  it('on every later event, as strings', async () => {
    const context = { session: '{"a":1}', count: 3, open: true };
    const routes = [{ routeKey: '$connect', authorizer: { functionId: 'authorizer', identitySources: [] } }];
    const handlers = {
      authorizer: () => policy('Allow', context),
      $connect: ok,
      $disconnect: ok,
      typing: ok,
    };
    const gateway = await run(handlers, { routes });
    const client = await connect(gateway.url);
    client.send({ type: 'typing' });
    await gateway.event('typing');
    client.socket.close();
    const authorizer = {
      session: '{"a":1}',
      count: '3',
      open: 'true',
      principalId: 'guest',
      integrationLatency: anything(Number),
    };
    for (const name of ['$connect', 'typing', '$disconnect']) {
      expect(await gateway.event(name)).toHaveProperty('requestContext.authorizer', authorizer);
    }
  });
});

describe('messages of one connection', () => {
  it('dispatched concurrently, as AWS may', async () => {
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

  /** Park and Miller's generator. */
  const seeded = (seed: number): (() => number) => {
    let state = seed;
    return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  };
  const SENT = Array.from({ length: 20 }, (_, index) => String(index));

  /** The order in which messages that were sent at once are handled. */
  async function handled(seed: number): Promise<unknown[]> {
    const clock = makeFakeClock();
    const gateway = await run({ $default: ok }, { clock, random: seeded(seed) });
    const client = await connect(gateway.url);
    const pong = new Promise((resolve) => client.socket.once('pong', resolve));
    client.send(...SENT);
    // Its answer says that all before it have come.
    client.socket.ping();
    await pong;
    await clock.advance(10);
    return gateway.events('$default').map(({ body }) => body);
  }

  it('a seeded shuffle for tests', async () => {
    const [one, same, other] = [await handled(7), await handled(7), await handled(8)];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one).not.toEqual(SENT);
    expect([...one].sort()).toEqual([...SENT].sort());
  });
});

describe('DISCONNECT event', () => {
  it.each([
    [1000, 'done', 1000, 'done'],
    [4001, '', 4001, ''],
    [undefined, undefined, 1005, 'Client-side close frame status not set'],
  ])('carries status and reason: %s %j', async (code, reason, status, text) => {
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

  it('carries 1006 for a client that vanishes', async () => {
    const gateway = await run({ $disconnect: ok });
    (await connect(gateway.url)).socket.terminate();
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1006);
  });
});

describe('environments', () => {
  const counting = `
    let events = 0;
    export const handler = async ({ body }) => {
      events += 1;
      if (JSON.parse(body).waits) await new Promise(() => undefined);
      return { statusCode: 200, body: String(events) };
    };`;

  it('one event at a time each, module state kept and not shared, a new one when all are busy', async () => {
    const gateway = await runWorkers({ $default: counting });
    const client = await connect(gateway.url);
    const counted = async (...messages: object[]): Promise<unknown> => {
      client.send(...messages);
      return client.next();
    };
    expect([await counted({}), await counted({})]).toEqual(['1', '2']);
    // The environment that has counted so far is busy from here on.
    expect([await counted({ waits: true }, {}), await counted({})]).toEqual(['1', '2']);
  });
});
