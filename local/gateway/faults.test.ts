import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { like } from '../fixture.ts';
import { exchange, open } from '../http/fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import type { TestGateway } from './fixture.ts';
import { connect, ID, ok, run } from './fixture.ts';
import { connectRaw, frame, OPCODE, upgradeRequest } from './raw-fixture.ts';
import { runWorkers } from './workers-fixture.ts';

const size = ({ body }: Record<string, unknown>) => ({ statusCode: 200, body: `${String(body).length}` });
const echo = ({ body }: Record<string, unknown>): unknown => ({ statusCode: 200, body });
const routes = [{ routeKey: '$default', returnsResponse: true }];

/** A gateway, and what shows that another client of it is as well as before. */
async function withBystander(options: Parameters<typeof run>[1] = {}) {
  const gateway = await run({ $connect: ok, $default: echo, $disconnect: ok }, { routes, ...options });
  const bystander = await connect(gateway.url);
  const isWell = async (): Promise<void> => {
    bystander.send('well?');
    expect(await bystander.next()).toBe('well?');
    expect((await connect(gateway.url)).socket.readyState).toBe(1);
  };
  return { gateway, isWell };
}

const status = async ({ event }: TestGateway): Promise<unknown> =>
  Object.entries((await event('$disconnect'))['requestContext'] ?? {}).find(
    ([key]) => key === 'disconnectStatusCode',
  )?.[1];

describe('a client that breaks the protocol', () => {
  const text = Buffer.from('{}');

  it.each([
    ['a frame without a mask', Buffer.from([0x81, 2, ...text]), 1002],
    ['a reserved opcode', frame(OPCODE.reserved, text), 1002],
    ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ['a continuation of nothing', frame(OPCODE.continuation, text), 1002],
    ['a message within a message', [frame(OPCODE.text, text, false), frame(OPCODE.text, text)], 1002],
    ['a ping in pieces', frame(OPCODE.ping, text, false), 1002],
    ['a ping of 126 bytes', frame(OPCODE.ping, Buffer.alloc(126)), 1002],
    ['a close code that is none', frame(OPCODE.close, Buffer.from([0, 1])), 1002],
    ['text that is no UTF-8', frame(OPCODE.text, Buffer.from([0xc3, 0x28])), 1007],
    ['a request in HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1002],
  ])('by %s is closed, and $disconnect is told the code; others stay', async (_what, bytes, code) => {
    const { gateway, isWell } = await withBystander();
    const socket = await connectRaw(gateway.url);
    const answer = buffer(socket);
    socket.write(Array.isArray(bytes) ? Buffer.concat(bytes) : bytes);
    const closed = await answer;
    expect([closed[0], closed.readUInt16BE(2)]).toEqual([0x88, code]);
    expect(await status(gateway)).toBe(code);
    expect(gateway.events('$default')).toEqual([]);
    await isWell();
  });
});

describe('a message', () => {
  it('in a frame of thousands of pieces comes whole', async () => {
    const gateway = await run({ $default: ok });
    const socket = await connectRaw(gateway.url);
    socket.setNoDelay();
    const body = 'é'.repeat(2_000);
    for (const byte of frame(OPCODE.text, Buffer.from(body))) {
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    }
    expect(await gateway.event('$default')).toMatchObject({ body });
  });

  /** A message of so many frames, of a byte each. */
  const inFrames = (count: number): Buffer =>
    Buffer.concat(
      Array.from({ length: count }, (_, index) =>
        frame(index === 0 ? OPCODE.text : OPCODE.continuation, Buffer.from('a'), index === count - 1),
      ),
    );

  it('of thousands of frames comes whole', async () => {
    const gateway = await run({ $default: ok });
    (await connectRaw(gateway.url)).write(inFrames(10_000));
    expect(await gateway.event('$default')).toMatchObject({ body: 'a'.repeat(10_000) });
  });

  it('of more frames than are kept closes the connection with 1008', async () => {
    const { gateway, isWell } = await withBystander();
    (await connectRaw(gateway.url)).write(inFrames(20_000));
    expect(await status(gateway)).toBe(1008);
    await isWell();
  });

  it('that stops in the middle is forgotten with its connection', async () => {
    const gateway = await run({ $default: ok, $disconnect: ok });
    const socket = await connectRaw(gateway.url);
    socket.end(frame(OPCODE.text, Buffer.alloc(1_000, 'a')).subarray(0, 500));
    expect(await status(gateway)).toBe(1006);
    expect(gateway.events('$default')).toEqual([]);
  });
});

describe('a client that vanishes without a word', () => {
  it('is ended when it was idle for 10 minutes, and $disconnect is told 1001', async () => {
    const clock = makeFakeClock();
    const gateway = await run({ $default: size, $disconnect: ok }, { routes, clock });
    const client = await connect(gateway.url);
    // Its end of the connection stays, and nothing comes from it any more: not even the answer to the close frame.
    client.socket.pause();
    await clock.advance(10 * 60_000);
    expect(await status(gateway)).toBe(1001);
  });
});

describe('an upgrade', () => {
  it('with 10,000 headers is refused with 431; others stay', async () => {
    const { gateway, isWell } = await withBystander();
    const headers = Array.from({ length: 10_000 }, (_, index) => `X-Header-${index}: value`);
    expect(await exchange(gateway.url, upgradeRequest(...headers))).toMatch(
      /^HTTP\/1\.1 431 [^]*\r\n\r\n\{"message":"Request Header Fields Too Large"\}$/,
    );
    expect(gateway.events('$connect')).toHaveLength(1);
    await isWell();
  });

  it('with 3,000 short ones has them all in its event', async () => {
    const gateway = await run({ $connect: ok });
    const socket = await open(gateway.url);
    socket.write(upgradeRequest(...Array.from({ length: 3_000 }, () => 'a:1')));
    const event = await gateway.event('$connect');
    expect(event).toHaveProperty(
      'multiValueHeaders.a',
      Array.from({ length: 3_000 }, () => '1'),
    );
  });

  it('whose request line is too long to be read is refused with 431', async () => {
    const { gateway, isWell } = await withBystander();
    const request = upgradeRequest().replace('/live', `/live?x=${'a'.repeat(1_000_000)}`);
    expect(await exchange(gateway.url, request)).toMatch(/^HTTP\/1\.1 431 /);
    await isWell();
  });

  it('that stops half-way is given up with 408', async () => {
    const { gateway, isWell } = await withBystander({ limits: { headMs: 1_000 } });
    expect(await exchange(gateway.url, upgradeRequest().slice(0, -4))).toMatch(/^HTTP\/1\.1 408 /);
    await isWell();
  });

  it.each([
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01'],
    ['a header without a name', upgradeRequest(': x')],
    ['two lengths', upgradeRequest('Content-Length: 1', 'Content-Length: 2')],
  ])('that is %s is refused with 400', async (_what, bytes) => {
    const { gateway, isWell } = await withBystander();
    expect(await exchange(gateway.url, bytes)).toMatch(/^HTTP\/1\.1 400 /);
    await isWell();
  });

  it('that is refused has its answer also where the client sends on', async () => {
    const gateway = await run({ $connect: () => ({ statusCode: 403 }) });
    const frames = Buffer.alloc(4 * 1024 * 1024);
    expect(await exchange(gateway.url, upgradeRequest(), frames)).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('a worker', () => {
  const failure = { message: 'Internal server error', connectionId: like(ID), requestId: like(ID) };
  const typing = (statement: string): string =>
    `export const handler = async ({ body }) => { if (body !== 'well?') ${statement}; return { statusCode: 200, body }; };`;

  it.each([
    ['exits', 'process.exit(1)'],
    ['throws a text', `throw 'secret'`],
    ['throws nothing', 'throw undefined'],
    ['throws null', 'throw null'],
    ['throws what cannot be copied', 'throw { f() {} }'],
    ['throws later, outside of the event', `await new Promise(() => setTimeout(() => { throw 'secret' }))`],
    ['answers what is no JSON', 'return { statusCode: 200, body: 1n }'],
  ])('that %s gives the Internal server error frame; socket stays', async (_what, statement) => {
    const client = await connect((await runWorkers({ $default: typing(statement) })).url);
    client.send('bad');
    expect(JSON.parse(String(await client.next()))).toEqual(failure);
    client.send('well?');
    expect(await client.next()).toBe('well?');
  });

  it('that never answers gives it after 29 s; socket stays', async () => {
    const clock = makeFakeClock();
    const gateway = await runWorkers({ $default: typing('await new Promise(() => undefined)') }, { clock });
    const client = await connect(gateway.url);
    // Both are on their way once the second has its answer.
    client.send('bad', 'well?');
    expect(await client.next()).toBe('well?');
    await clock.advance(29_000);
    expect(JSON.parse(String(await client.next()))).toEqual(failure);
    client.send('well?');
    expect(await client.next()).toBe('well?');
  });
});
