import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { bareWishes, doctorPorts } from './fixture.ts';
import { checkHosts } from './hosts.ts';
import type { Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import { targetOf } from './target.ts';

const first = async (originUrl: string, own: Partial<DoctorPorts> = {}): Promise<Finding | undefined> =>
  (await checkHosts(bareWishes(originUrl).target, doctorPorts({ limitMs: 2_000, ...own }))).at(0);

/** A server on loopback that does this to each connection. */
async function tcp(act: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    act(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

describe('a host', () => {
  it('that answers, with whatever status, is well', async () => {
    const { url } = await serve(() => ({ status: 403 }));
    expect(await first(url)).toMatchObject({ state: 'ok', facts: { status: 403, failedAt: null } });
  });

  it('that has no address ends at DNS', async () => {
    const lookup = (host: string): Promise<never> =>
      Promise.reject(Object.assign(new Error(host), { code: 'ENOTFOUND' }));
    const finding = await first('https://api.nowhere.invalid', { lookup });
    expect(finding).toMatchObject({ state: 'bad', facts: { failedAt: 'dns', code: 'ENOTFOUND' } });
    expect(finding?.says).toContain('finds no address for it (ENOTFOUND)');
  });

  it('whose address nobody tells in time ends at DNS', async () => {
    const lookup = (): Promise<never> => new Promise(() => undefined);
    const finding = await first('https://api.nowhere.invalid', { lookup, limitMs: 20 });
    expect(finding).toMatchObject({ state: 'bad', facts: { failedAt: 'dns', code: 'no answer in time' } });
  });

  it('that refuses connections ends there', async () => {
    const { url, server } = await serve(() => ({ status: 200 }));
    server.close();
    await once(server, 'close');
    expect(await first(url)).toMatchObject({ facts: { failedAt: 'connection', code: 'ECONNREFUSED' } });
  });

  it('that speaks no TLS ends there', async () => {
    const { url } = await serve(() => ({ status: 200 }));
    const finding = await first(url.replace('http:', 'https:'));
    expect(finding).toMatchObject({ state: 'bad', facts: { failedAt: 'tls' } });
    expect(finding?.says).toMatch(/^TLS:/);
  });

  it('that closes in the middle of TLS ends there', async () => {
    const host = await tcp((socket) => socket.end());
    expect(await first(`https://${host}`)).toMatchObject({ facts: { failedAt: 'tls' } });
  });

  it('that takes the connection and says nothing ends at HTTP', async () => {
    const host = await tcp(() => undefined);
    const finding = await first(`http://${host}`, { limitMs: 50 });
    expect(finding).toMatchObject({ facts: { failedAt: 'http' } });
  });

  it('that is broken is told with its status', async () => {
    const { url } = await serve(() => ({ status: 503 }));
    expect(await first(url)).toMatchObject({ state: 'bad', facts: { status: 503 } });
  });
});

it('are four in a region', async () => {
  const asked: string[] = [];
  const lookup = (host: string): Promise<never> => {
    asked.push(host);
    return Promise.reject(new Error('no'));
  };
  await checkHosts(targetOf('mypurecloud.ie', undefined), doctorPorts({ lookup }));
  expect(asked.toSorted()).toEqual([
    'api-cdn.mypurecloud.ie',
    'api.mypurecloud.ie',
    'login.mypurecloud.ie',
    'webmessaging.mypurecloud.ie',
  ]);
});
