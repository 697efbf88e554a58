import { describe, expect, it } from 'vitest';
import {
  arrivals,
  arrived,
  arrivedFromAll,
  bubble,
  connectFor,
  newGuest,
  participantState,
  typing,
  typingFrame,
} from './world.ts';

describe('typing-frame', () => {
  it("brings the thread's payload to the guest's own socket, and the bubble to the agent", async () => {
    const guest = await newGuest();
    const client = await connectFor(typingFrame(guest));
    client.send(typing(true));
    const [upgrade, frame] = await arrivals(guest, 2);
    expect(upgrade).toMatchObject({ via: 'upgrade', status: 101 });
    expect(frame).toMatchObject({ via: 'socket', body: { type: 'typing', data: { isTyping: true } } });
    expect(await bubble(guest)).toBe(true);
  });

  it('ends the bubble with the off', async () => {
    const guest = await newGuest();
    const client = await connectFor(typingFrame(guest));
    await client.ask(typing(true, '1'));
    await client.ask(typing(false, '2'));
    // The second frame may go over a socket of its own: an environment that has just answered may still be busy.
    const frames = (await arrived(guest)).filter(({ via }) => via === 'socket');
    expect(frames.map(({ body }) => body)).toEqual([
      { type: 'typing', data: { isTyping: true } },
      { type: 'typing', data: { isTyping: false } },
    ]);
    expect(await bubble(guest)).toBe(false);
  });
});

describe('participant-state', () => {
  it("posts the thread's body with the service account's token, after a look whose participant it is", async () => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    client.send(typing(true));
    const [look, post] = await arrivals(guest, 2);
    const conversation = `/api/v2/conversations/${guest.conversationId}`;
    expect(look).toMatchObject({ method: 'GET', path: conversation, status: 200 });
    expect(post).toMatchObject({
      method: 'POST',
      path: `${conversation}/participants/${guest.participantId}`,
      status: 200,
      authorization: 'service',
      body: { routing: { priority: 0 }, state: 'typing' },
    });
    expect(await bubble(guest)).toBe(true);
  });

  it('ends the bubble with the state connected', async () => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    await client.ask(typing(true, '1'));
    await client.ask(typing(false, '2'));
    const messages = await arrivals(guest, 3);
    expect(messages.at(-1)).toMatchObject({ body: { routing: { priority: 0 }, state: 'connected' } });
    expect(await bubble(guest)).toBe(false);
  });

  it("acts with the guest's own token where the ticket has it", async () => {
    const guest = await newGuest();
    const client = await connectFor({ ...participantState(guest), guestToken: guest.guestToken });
    client.send(typing(true));
    expect(await arrivals(guest, 1)).toMatchObject([{ method: 'POST', authorization: 'guest', status: 200 }]);
    expect(await bubble(guest)).toBe(true);
  });
});

describe('a function that sends upstream', () => {
  it('is warm before its first message: logged in and connected to the API', async () => {
    const client = await connectFor(typingFrame(await newGuest()));
    await client.ask(typing(true, '1'));
    const warmUp = (await arrivedFromAll()).filter(({ path }) => path === '/api/v2/tokens/me');
    expect(warmUp.at(0)).toMatchObject({ method: 'GET', status: 200, authorization: 'service' });
  });
});

describe.each([
  ['typing-frame', typingFrame],
  ['participant-state', participantState],
])('whatever the upstream: %s', (_, upstream) => {
  it('a frame with an id gets an ack, and a frame without one gets nothing', async () => {
    const client = await connectFor(upstream(await newGuest()));
    expect(await client.ask(typing(true, 'the-on'))).toEqual({
      type: 'ack',
      id: 'the-on',
      outcome: 'forwarded',
    });
    client.send(typing(true));
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
    expect(await client.ask(typing(false, 'the-off'))).toEqual({
      type: 'ack',
      id: 'the-off',
      outcome: 'forwarded',
    });
  });

  it('two guests at once do not see each other', async () => {
    const [ann, bob] = [await newGuest(), await newGuest()];
    const [first, second] = await Promise.all([connectFor(upstream(ann)), connectFor(upstream(bob))]);
    await Promise.all([first.ask(typing(true, '1')), second.ask(typing(true, '1'))]);
    await first.ask(typing(false, '2'));
    expect(await Promise.all([bubble(ann), bubble(bob)])).toEqual([false, true]);
  });

  it('a guest who leaves types no more', async () => {
    const guest = await newGuest();
    const client = await connectFor(upstream(guest));
    await client.ask(typing(true, '1'));
    const before = (await arrived(guest)).length;
    client.socket.close();
    // The function that handles the end is another one: where it takes a socket, it opens its own.
    const messages = await arrivals(guest, before + (upstream(guest).kind === 'typing-frame' ? 2 : 1));
    expect(['false', '"connected"'].some((off) => JSON.stringify(messages.at(-1)?.body).includes(off))).toBe(
      true,
    );
    expect(await bubble(guest)).toBe(false);
  });
});
