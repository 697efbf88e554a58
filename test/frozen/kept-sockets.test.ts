import { describe, expect, it } from 'vitest';
import {
  arrivals,
  connectFor,
  control,
  newGuest,
  participantState,
  type OrgMessage,
  typing,
  typingFrame,
} from '../e2e/world.ts';

const framesOf = (messages: OrgMessage[]): unknown[] =>
  messages.filter(({ via }) => via === 'socket').map(({ body }) => body);

describe('a frozen environment', () => {
  it.each([
    // The org waits for the answer to its close frame, which nobody reads.
    ['closes', 'close', { open: 1 }],
    ['breaks off', 'terminate', { open: 0 }],
  ])('whose kept socket the org %s opens it anew on thaw, and nothing is lost', async (_, how, still) => {
    const guest = await newGuest();
    const client = await connectFor(typingFrame(guest));
    expect(await client.ask(typing(true, '1'))).toMatchObject({ outcome: 'forwarded' });
    const { conversationId } = guest;
    expect(await control('POST', 'sockets/close', { conversationId, how })).toEqual({ closed: 1 });
    expect(await control('GET', `sockets?conversationId=${conversationId}`)).toMatchObject(still);
    expect(await client.ask(typing(false, '2'))).toMatchObject({ outcome: 'forwarded' });
    expect(framesOf(await arrivals(guest, 4))).toEqual([typing(true), typing(false)]);
  });

  it('still ends the bubble of a guest who leaves', async () => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    await client.ask(typing(true, '1'));
    client.socket.close();
    expect((await arrivals(guest, 3)).at(-1)).toMatchObject({ body: { state: 'connected' } });
  });
});
