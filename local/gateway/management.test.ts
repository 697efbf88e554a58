import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { makeFakeClock, START } from '../test-clock.ts';
import type { TestGateway } from './fixture.ts';
import { connect, connectionId, ok, run, sdk } from './fixture.ts';

const KB = 1024;
const gone = { name: 'GoneException', $metadata: { httpStatusCode: 410 } };

describe('@connections', () => {
  async function setup() {
    const gateway = await run({ $connect: ok, $disconnect: ok });
    const client = await connect(gateway.url, { headers: { 'User-Agent': 'test/1' } });
    return { gateway, client, api: sdk(gateway), ConnectionId: await connectionId(gateway) };
  }

  it('POST sends a text frame', async () => {
    const { client, api, ConnectionId } = await setup();
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('{"é":1}') }));
    expect(await client.next()).toBe('{"é":1}');
  });

  it('GET answers in camelCase', async () => {
    const { gateway, ConnectionId } = await setup();
    const headers = { Authorization: 'AWS4-HMAC-SHA256 Credential=local' };
    const response = await fetch(`${gateway.callbackUrl}/@connections/${ConnectionId}`, { headers });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        connectedAt: like(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
        lastActiveAt: like(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
  });

  it('GET tells when the connection began, and when its last frame came', async () => {
    const clock = makeFakeClock();
    const gateway = await run({ $connect: ok, typing: ok }, { clock });
    const client = await connect(gateway.url);
    await clock.advance(1_000);
    client.send({ type: 'typing' });
    await gateway.event('typing');
    await clock.advance(1_000);
    const command = new GetConnectionCommand({ ConnectionId: await connectionId(gateway) });
    expect(await sdk(gateway).send(command)).toMatchObject({
      ConnectedAt: new Date(START),
      Identity: { SourceIp: '127.0.0.1', UserAgent: '' },
      LastActiveAt: new Date(START + 1_000),
    });
  });

  it('DELETE closes with 1000', async () => {
    const { gateway, client, api, ConnectionId } = await setup();
    const { $metadata: metadata } = await api.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(metadata.httpStatusCode).toBe(204);
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1000);
  });

  it('gone → 410 with x-amzn-ErrorType: GoneException', async () => {
    const { gateway, client, api, ConnectionId } = await setup();
    client.socket.close();
    await gateway.event('$disconnect');
    const calls = [
      () => api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' })),
      () => api.send(new GetConnectionCommand({ ConnectionId })),
      () => api.send(new DeleteConnectionCommand({ ConnectionId })),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject(gone);
    }
    const headers = { Authorization: 'AWS4-HMAC-SHA256 Credential=local' };
    const response = await fetch(`${gateway.callbackUrl}/@connections/${ConnectionId}`, { headers });
    expect([response.status, response.headers.get('x-amzn-ErrorType')]).toEqual([410, 'GoneException']);
  });

  it('over 128 KB → 413, and 128 KB pass', async () => {
    const { client, api, ConnectionId } = await setup();
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: 'c'.repeat(128 * KB) }));
    expect(await client.next()).toHaveLength(128 * KB);
    const tooLarge = new PostToConnectionCommand({ ConnectionId, Data: 'c'.repeat(128 * KB + 1) });
    await expect(api.send(tooLarge)).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  });

  it.each([encodeURIComponent, String])('ids end in "=", percent-encoded or not', async (encode) => {
    const { gateway, client, ConnectionId } = await setup();
    expect(ConnectionId).toMatch(/^[\w-]{15}=$/);
    const headers = { Authorization: 'AWS4-HMAC-SHA256 Credential=local' };
    const url = `${gateway.callbackUrl}/@connections/${encode(ConnectionId)}`;
    expect((await fetch(url, { method: 'POST', headers, body: 'x' })).status).toBe(200);
    expect(await client.next()).toBe('x');
  });

  it('POST does not wait for a client that does not read, and ends one that is megabytes behind', async () => {
    const { gateway, client, api, ConnectionId } = await setup();
    client.socket.pause();
    const post = new PostToConnectionCommand({ ConnectionId, Data: 'c'.repeat(128 * KB) });
    const failure = async (): Promise<unknown> => {
      // More than the limit, because the kernel holds some megabytes for the client, too.
      for (let count = 0; count < 500; count += 1) await api.send(post);
      return undefined;
    };
    expect(await failure().catch((error: unknown) => error)).toMatchObject(gone);
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1006);
  });

  it('POST inside $connect gives 410: the socket is not up', async () => {
    const seen: unknown[] = [];
    const gateway: TestGateway = await run({
      $connect: async () => {
        const command = new PostToConnectionCommand({ ConnectionId: await connectionId(gateway), Data: 'x' });
        seen.push(
          await sdk(gateway)
            .send(command)
            .catch((error: unknown) => error),
        );
        return ok();
      },
    });
    await connect(gateway.url);
    expect(seen).toMatchObject([gone]);
  });

  it('an id that no connection ever had gives 410, and what is no id 400', async () => {
    const { api } = await setup();
    const ask = (ConnectionId: string) => api.send(new GetConnectionCommand({ ConnectionId }));
    await expect(ask('L0SM9cOFvHcCIhw=')).rejects.toMatchObject(gone);
    await expect(ask('cjy8i76bx002884le6n17d49b')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'Invalid connectionId: cjy8i76bx002884le6n17d49b',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('without a signature is forbidden', async () => {
    const { gateway, client, ConnectionId } = await setup();
    const url = `${gateway.callbackUrl}/@connections/${encodeURIComponent(ConnectionId)}`;
    const response = await fetch(url, { method: 'POST', body: 'x' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    client.socket.close();
    expect(await client.next()).toEqual({ closed: 1005 });
  });
});
