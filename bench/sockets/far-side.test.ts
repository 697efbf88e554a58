import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { makeCertificate } from '../measure/certificate.ts';
import { startFarSide } from './far-side.ts';
import { startProxy } from './proxy.ts';

/** A far side, and a client whose bytes take their time in both directions. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'far-side-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const side = await startFarSide(await makeCertificate(folder), 'TLSv1.3');
  const proxy = await startProxy(side.port, 2);
  onTestFinished(async () => {
    await proxy.close();
    await side.close();
  });
  const client = new WebSocket(`wss://${proxy.host}/guest`, { rejectUnauthorized: false });
  await once(client, 'open');
  const pongs: string[] = [];
  client.on('pong', (data) => pongs.push(data.toString()));
  return { side, proxy, client, pongs };
}

it('is settled when it has what was sent, and the client its answers', async () => {
  const { side, client, pongs } = await setUp();
  client.ping('one');
  client.send('a frame');
  await side.settled();
  expect(side.arrivals.map(({ text }) => text)).toEqual(['a frame']);
  expect(side.connections.map(({ pings }) => pings)).toEqual([1]);
  expect(pongs).toEqual(['one']);
});

it('is not settled yet with the first answer: what the client sent behind it is waited for', async () => {
  const { side, client } = await setUp();
  client.once('ping', () => {
    // The answer has gone; this is on its way when the far side gets it.
    setImmediate(() => {
      client.send('a frame');
    });
  });
  await side.settled();
  expect(side.arrivals.map(({ text }) => text)).toEqual(['a frame']);
});

it('is settled where the socket goes, and where there is none', async () => {
  const { side, client } = await setUp();
  const settled = side.settled();
  client.terminate();
  await settled;
  await side.allClosed();
  await side.settled();
});

it('says goodbye with the next bytes that come down, once it is settled', async () => {
  const { side, proxy, client } = await setUp();
  client.ping('one');
  client.send('a frame');
  await side.settled();
  const from = proxy.passages.length;
  const closed = once(client, 'close');
  side.sayGoodbye();
  expect((await closed)[0]).toBe(1001);
  // A close frame with its code: 4 bytes, in a record of TLS 1.3.
  expect(proxy.passages.slice(from).find(({ what }) => what === 'down')?.bytes).toBe(4 + 22);
});
