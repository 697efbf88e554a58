import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  type Client,
  arrivals,
  bubble,
  connectFor,
  type Guest,
  newGuest,
  typing,
  typingFrame,
} from './world.ts';

/** Sends these frames in turn, a hundred a second, until the connection is closed. */
async function flood({ socket, send }: Client, frames: (object | string)[]) {
  const seen: string[] = [];
  socket.on('message', (data: Buffer) => seen.push(data.toString()));
  const closed = once(socket, 'close');
  const began = Date.now();
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.readyState === socket.OPEN) send(frames[sent++ % frames.length] ?? '');
  }, 10);
  try {
    const [code] = z
      .tuple([z.number()])
      .rest(z.unknown())
      .parse(await closed);
    return { code, seen, sent, seconds: (Date.now() - began) / 1_000 };
  } finally {
    clearInterval(timer);
  }
}

const tooMany = (frames: string[]): string[] => frames.filter((frame) => frame.includes('too_many_frames'));

/** The ons that reached the org. */
async function ons(guest: Guest): Promise<number> {
  const messages = await arrivals(guest, 1);
  return messages.filter(({ body }) => JSON.stringify(body).includes('"isTyping":true')).length;
}

describe('a connection that sends more than twenty frames in two seconds', () => {
  it.each([
    ['ons', [typing(true)]],
    ['on and off in turn', [typing(true), typing(false)]],
    ['pings', [{ type: 'ping' }]],
    ['what is no frame', ['hello', typing(true, ''), { type: 'nothing' }]],
  ])('is told so once and closed: %s', async (_, frames) => {
    const client = await connectFor(typingFrame(await newGuest()));
    const { code, seen, sent } = await flood(client, frames);
    expect(sent).toBeGreaterThan(20);
    expect(tooMany(seen)).toHaveLength(1);
    expect(code).toBe(1000);
  });

  it('brings its guest no more than one on a second upstream, and leaves no bubble', async () => {
    const guest = await newGuest();
    const client = await connectFor(typingFrame(guest));
    const { seconds } = await flood(client, [typing(true), typing(false)]);
    expect(await ons(guest)).toBeLessThanOrEqual(1 + seconds);
    await expect.poll(() => bubble(guest), { timeout: 15_000 }).toBe(false);
  });

  it('costs another connection of the same guest nothing', async () => {
    const guest = await newGuest();
    const [flooder, other] = [await connectFor(typingFrame(guest)), await connectFor(typingFrame(guest))];
    await flood(flooder, [typing(true)]);
    expect(await other.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });
});

it('twenty frames in a row are all answered', async () => {
  const client = await connectFor(typingFrame(await newGuest()));
  for (let frame = 0; frame < 20; frame++)
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
});
