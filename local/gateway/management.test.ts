import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TestClient, TestGateway } from './fixture.ts';
import { connect, run } from './fixture.ts';

const KB = 1024;
const ok = (): unknown => ({ statusCode: 200 });

function sdk(endpoint: string): ApiGatewayManagementApiClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const api = new ApiGatewayManagementApiClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  onTestFinished(() => {
    api.destroy();
  });
  return api;
}

interface Setup {
  readonly gateway: TestGateway;
  readonly client: TestClient;
  readonly api: ApiGatewayManagementApiClient;
  readonly ConnectionId: string;
}

async function setup(): Promise<Setup> {
  const gateway = await run({ $connect: ok, $disconnect: ok });
  const client = await connect(gateway.url, { headers: { 'User-Agent': 'test/1' } });
  return { gateway, client, api: sdk(gateway.callbackUrl), ConnectionId: connectionId(gateway) };
}

function connectionId({ events }: TestGateway): string {
  const context = events('$connect')[0]?.['requestContext'];
  return String(Object.entries(context ?? {}).find(([key]) => key === 'connectionId')?.[1]);
}

const gone = { name: 'GoneException', $metadata: { httpStatusCode: 410 } };

describe('@connections', () => {
  it('POST sends a text frame', async () => {
    const { client, api, ConnectionId } = await setup();
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('{"é":1}') }));
    expect(await client.next()).toBe('{"é":1}');
  });

  it('POST of 128 KB passes, and over it gives 413', async () => {
    const { client, api, ConnectionId } = await setup();
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: 'c'.repeat(128 * KB) }));
    expect(await client.next()).toHaveLength(128 * KB);
    const tooLarge = new PostToConnectionCommand({ ConnectionId, Data: 'c'.repeat(128 * KB + 1) });
    await expect(api.send(tooLarge)).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  });

  it('POST to a client that has left gives 410', async () => {
    const { gateway, client, api, ConnectionId } = await setup();
    client.socket.close();
    await gateway.event('$disconnect');
    await expect(api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toMatchObject(
      gone,
    );
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
        const command = new PostToConnectionCommand({ ConnectionId: connectionId(gateway), Data: 'x' });
        seen.push(
          await sdk(gateway.callbackUrl)
            .send(command)
            .catch((error: unknown) => error),
        );
        return ok();
      },
    });
    await connect(gateway.url);
    expect(seen).toMatchObject([gone]);
  });

  it('GET describes the connection', async () => {
    const { api, ConnectionId } = await setup();
    const answer = await api.send(new GetConnectionCommand({ ConnectionId }));
    expect(answer.Identity).toEqual({ SourceIp: '127.0.0.1', UserAgent: 'test/1' });
    expect(answer.ConnectedAt).toBeInstanceOf(Date);
    expect(answer.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(answer.ConnectedAt?.getTime() ?? Infinity);
  });

  it('GET answers in camelCase', async () => {
    const { gateway, ConnectionId } = await setup();
    const response = await fetch(`${gateway.callbackUrl}/@connections/${ConnectionId}`, {
      headers: { Authorization: 'AWS4-HMAC-SHA256 Credential=local' },
    });
    expect(await response.json()).toMatchObject({ identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' } });
  });

  it('DELETE closes with 1000 and is told to $disconnect', async () => {
    const { gateway, client, api, ConnectionId } = await setup();
    const { $metadata: metadata } = await api.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(metadata.httpStatusCode).toBe(204);
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(await gateway.event('$disconnect')).toHaveProperty('requestContext.disconnectStatusCode', 1000);
  });

  it.each([GetConnectionCommand, DeleteConnectionCommand])(
    '%o of an unknown id gives 410',
    async (Command) => {
      const { api } = await setup();
      const sent =
        Command === GetConnectionCommand
          ? api.send(new GetConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=' }))
          : api.send(new DeleteConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=' }));
      await expect(sent).rejects.toMatchObject(gone);
    },
  );

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
