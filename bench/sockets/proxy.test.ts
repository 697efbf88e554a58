import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProxy } from './proxy.ts';
import { roundTripsIn } from './round-trips.ts';

/** A far side that says back what it hears, and the proxy to it. */
async function setUp() {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString());
      socket.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await startProxy(address.port, 2);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(proxy.host.split(':')[1]), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  return { proxy, open, heard };
}

/** What comes until there is so much of it. */
async function take(socket: Socket, length: number): Promise<string> {
  let text = '';
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    text += String(bytes);
    if (text.length >= length) break;
  }
  return text;
}

describe('the proxy', () => {
  it('brings all bytes in order, both ways', async () => {
    const { open } = await setUp();
    const socket = await open();
    const sent = Array.from({ length: 2_000 }, (_, index) => String(index).padStart(5, '0'));
    for (const text of sent) socket.write(text);
    expect(await take(socket, 10_000)).toBe(sent.join(''));
  });

  it('writes down what passes: a question and its answer are a round trip beside that of connecting', async () => {
    const { open, proxy } = await setUp();
    const socket = await open();
    socket.write('question');
    await take(socket, 8);
    expect(proxy.passages.map(({ what, bytes }) => [what, bytes])).toEqual([
      ['connect', 0],
      ['up', 8],
      ['down', 8],
    ]);
    expect(roundTripsIn(proxy.passages, { start: 0, end: Infinity })).toBe(2);
  });

  it.each([
    ['fin', ['end', undefined]],
    ['reset', ['error', 'ECONNRESET']],
  ] as const)('breaks a connection by %s', async (how, expected) => {
    const { open, proxy } = await setUp();
    const socket = await open();
    socket.write('hello');
    await take(socket, 5);
    const ended = new Promise((resolve) => {
      socket.once('end', () => {
        resolve(['end', undefined]);
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        resolve(['error', error.code]);
      });
    });
    await proxy.breakAll(how);
    socket.resume();
    expect(await ended).toEqual(expected);
  });

  it('falls silent on what is open, and carries what is opened then', async () => {
    const { open, proxy, heard } = await setUp();
    const [before] = [await open()];
    before.write('hello');
    await take(before, 5);
    await proxy.breakAll('silent');
    before.write('lost');
    const after = await open();
    after.write('again');
    expect(await take(after, 5)).toBe('again');
    await proxy.hangUp();
    expect(heard).toEqual(['hello', 'again']);
  });

  it('hangs up once what is under way has arrived', async () => {
    const { open, proxy, heard } = await setUp();
    const socket = await open();
    socket.write('hello');
    await take(socket, 5);
    socket.write('last');
    // Until the proxy has it: an answer to it is not waited for.
    while (proxy.passages.filter(({ what }) => what === 'up').length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    await proxy.hangUp();
    expect(heard).toEqual(['hello', 'last']);
  });
});
