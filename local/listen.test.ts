import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen, PortError, startOnPort } from './listen.ts';

/** A server whose port cannot be had, for this reason. */
function without(code: string) {
  const server = createServer();
  vi.spyOn(server, 'listen').mockImplementation(() => {
    const error = Object.assign(new Error(`listen ${code}: 127.0.0.1`), { code });
    process.nextTick(() => server.emit('error', error));
    return server;
  });
  return server;
}

function server() {
  const one = createServer();
  onTestFinished(() => void one.close());
  return one;
}

describe('listening', () => {
  it('says what to do when no port at all is free', async () => {
    const failed = listen(without('EADDRINUSE'), 0);
    await expect(failed).rejects.toBeInstanceOf(PortError);
    await expect(failed).rejects.toThrow('No port of 127.0.0.1 is free: end programs');
  });

  it('says what to do about a port that needs more rights', async () => {
    const failed = listen(without('EACCES'), 80);
    await expect(failed).rejects.toBeInstanceOf(PortError);
    await expect(failed).rejects.toThrow('Port 80 is not for this user: choose one from 1024 on.');
  });

  it('rejects with any other error as it is', async () => {
    await expect(listen(without('EADDRINUSE'), 4001)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(listen(without('EMFILE'), 0)).rejects.toMatchObject({ code: 'EMFILE' });
  });
});

describe('a port that is taken', () => {
  it('is replaced by a free one, and named', async () => {
    const taken = Number((await listen(server(), 0)).split(':')[1]);
    const told: number[] = [];
    const host = await startOnPort(
      taken,
      (port) => listen(server(), port),
      (port) => told.push(port),
    );
    expect(host).not.toBe(`127.0.0.1:${taken}`);
    expect(told).toEqual([taken]);
  });

  it('with no other free says so', async () => {
    const start = (port: number) => listen(without('EADDRINUSE'), port);
    await expect(startOnPort(4001, start, () => undefined)).rejects.toBeInstanceOf(PortError);
  });
});
