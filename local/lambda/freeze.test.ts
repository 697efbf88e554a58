import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { like } from '../fixture.ts';
import { fn, open } from './fixture.ts';
import { startFreezingRuntime } from './runtime.ts';

const openFreezing = async (source: string) => open(await fn(source), { startRuntime: startFreezingRuntime });

const address = z.object({ port: z.number() });

/** A server on loopback, and the socket that comes to it. */
async function serveOne(): Promise<{ port: number; socket: Promise<Socket> }> {
  const server = createServer();
  const socket = new Promise<Socket>((resolve) => server.once('connection', resolve));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    void socket.then((open) => open.destroy());
    server.close();
  });
  return { port: address.parse(server.address()).port, socket };
}

describe('an environment that freezes', () => {
  it('answers, logs before it answers, and keeps its state, as any other', async () => {
    const { invoke, lines } = await openFreezing(
      'let n = 0; export const handler = async () => { console.log(`event ${++n}`); return n; };',
    );
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 1, coldStart: true });
    expect(lines).toHaveLength(1);
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, value: 2, coldStart: false });
    expect(lines).toHaveLength(2);
  });

  it('has no timer between events: they go on with the next', async () => {
    const { invoke } = await openFreezing(`const ticks = []; let tick;
      export const handler = async ({ from, to }) => {
        tick ??= setInterval(() => ticks.push(Date.now()), 1);
        const asleep = ticks.filter((at) => at > from && at < to).length;
        const before = ticks.length;
        while (ticks.length === before) await new Promise(setImmediate);
        return asleep;
      };`);
    await invoke('Fn', {});
    const from = Date.now();
    await delay(100);
    expect(await invoke('Fn', { from, to: Date.now() })).toMatchObject({ ok: true, value: 0 });
  });

  it('reads no socket between events: what came meanwhile is there on thaw', async () => {
    const { port, socket } = await serveOne();
    const { invoke } = await openFreezing(`import { connect } from 'node:net';
      import { once } from 'node:events';
      const socket = connect(${port}, '127.0.0.1'); await once(socket, 'connect');
      const heard = new Promise((resolve) => socket.once('data', () => resolve(Date.now())));
      export const handler = ({ at }) => at === undefined ? null : heard.then((then) => then >= at);`);
    await invoke('Fn', {});
    (await socket).write('hello');
    await delay(100);
    expect(await invoke('Fn', { at: Date.now() })).toMatchObject({ ok: true, value: true });
  });

  it('lets its event loop go round once before it stands still', async () => {
    const { invoke, lines } = await openFreezing(
      `export const handler = async () => { setImmediate(() => console.log('after')); };`,
    );
    await invoke('Fn', {});
    expect(lines).toEqual([like(/\tafter$/)]);
  });

  it('fails the next event when what it left behind breaks on thaw', async () => {
    const { invoke } = await openFreezing(`let n = 0; export const handler = () => {
      if (++n > 1) return new Promise(() => {});
      setTimeout(() => { throw new Error('left behind'); }, 10);
    };`);
    expect(await invoke('Fn', {})).toMatchObject({ ok: true });
    expect(await invoke('Fn', {})).toMatchObject({ ok: false, error: { type: 'Runtime.ExitError' } });
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: true });
  });

  it('still passes its time-out', async () => {
    const one = await fn('export const handler = ({ wait }) => wait ? new Promise(() => {}) : 1;', {
      timeoutSeconds: 0.2,
    });
    const { invoke } = open(one, { startRuntime: startFreezingRuntime });
    await invoke('Fn', {});
    expect(await invoke('Fn', { wait: true })).toMatchObject({ error: { type: 'Sandbox.Timedout' } });
  });

  it('can be replaced, and ended, while it stands still', async () => {
    const { invoke, renew, close } = await openFreezing('export const handler = () => 1;');
    await invoke('Fn', {});
    renew('Fn');
    expect(await invoke('Fn', {})).toMatchObject({ ok: true, coldStart: true });
    await expect(close()).resolves.toBeUndefined();
  });
});
