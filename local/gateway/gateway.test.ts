import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { connect, ID, makeTemplate, ok, refusal, run } from './fixture.ts';
import { startGateway } from './gateway.ts';

describe('the gateway', () => {
  it('rejects with the error of listen when the port is taken', async () => {
    const { url } = await run({});
    const second = startGateway({
      template: makeTemplate([]),
      port: Number(new URL(url).port),
      invoke: () => Promise.reject(new Error('unused')),
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
  });

  it('closes every socket with 1001, runs no more functions and frees the port', async () => {
    const gateway = await run({ $connect: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    await gateway.close();
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(gateway.events('$disconnect')).toEqual([]);
    const again = await run({}, { port: Number(new URL(gateway.url).port) });
    expect(again.url).toBe(gateway.url);
  });

  it('closes while a client still waits for $connect', async () => {
    const gateway = await run({ $connect: () => new Promise(() => undefined) });
    const refused = refusal(gateway.url);
    const outcome = expect(refused).rejects.toThrow('socket hang up');
    await gateway.event('$connect');
    await gateway.close();
    await outcome;
  });

  it('tells the way of each message, and nothing of headers, queries or contexts', async () => {
    const routes = [{ routeKey: 'echo', returnsResponse: true }];
    const gateway = await run(
      { $connect: ok, echo: () => ({ statusCode: 200, body: 'back' }), $disconnect: ok },
      { routes },
    );
    const client = await connect(`${gateway.url}?ticket=hidden`, { headers: { Authorization: 'hidden' } });
    client.send({ type: 'echo' });
    await client.next();
    client.socket.close(1000);
    await client.closed;
    await gateway.event('$disconnect');
    expect(gateway.trace).toMatchObject([
      {
        kind: 'invoke',
        routeKey: '$connect',
        function: '$connect',
        ok: true,
        coldStart: false,
        connectionId: like(ID),
      },
      { kind: 'connect' },
      { kind: 'frame-in', routeKey: 'echo', body: '{"type":"echo"}' },
      { kind: 'invoke', routeKey: 'echo' },
      { kind: 'frame-out', body: 'back' },
      { kind: 'disconnect', status: 1000 },
      ...gateway.trace.slice(6),
    ]);
    const ids = gateway.trace.slice(0, 6).map(({ requestId }) => requestId);
    const [upgrade, , message, , , end] = ids;
    expect(ids).toEqual([upgrade, upgrade, message, message, message, end]);
    expect(new Set([upgrade, message, end, undefined])).toHaveLength(4);
    expect(JSON.stringify(gateway.trace)).not.toContain('hidden');
  });

  it('cuts a connection as a network does: the client sees no close frame, and $disconnect is told 1006', async () => {
    const gateway = await run({ $connect: ok, $disconnect: ok });
    const client = await connect(gateway.url);
    const { connectionId = '' } = gateway.trace.find(({ kind }) => kind === 'connect') ?? {};
    expect(gateway.cut(connectionId)).toBe(true);
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await gateway.event('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1006 },
    });
    expect(gateway.cut(connectionId)).toBe(false);
  });

  it('tells a refusal with its status', async () => {
    const gateway = await run({ $connect: () => ({ statusCode: 401 }) });
    await refusal(gateway.url);
    expect(gateway.trace.at(-1)).toMatchObject({ kind: 'refused', status: 401, connectionId: like(ID) });
  });
});
