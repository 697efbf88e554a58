import { describe, expect, it } from 'vitest';
import {
  arrivals,
  arrived,
  bubble,
  closeGuestSockets,
  type Client,
  connectFor,
  type Guest,
  newGuest,
  participantState,
  setFaults,
  typing,
  typingFrame,
  untilForwarded,
  withOrgFault,
} from './world.ts';

/** A guest of an upstream whose org has these faults. */
async function guestWith(upstream: (guest: Guest) => { kind: string }, ...faults: object[]) {
  const guest = await newGuest();
  await setFaults(guest, ...faults);
  return { guest, client: await connectFor(upstream(guest)) };
}

const refusalOf = async (client: Client) => {
  const answer = await client.ask(typing(true));
  if (answer.type !== 'error') throw new Error(`no error but ${JSON.stringify(answer)}`);
  return answer.error;
};

describe('an org that refuses the POST', () => {
  it.each([
    [403, { code: 'upstream_rejected', reason: 'missing_permission' }, 'conversation:write'],
    [404, { code: 'upstream_rejected', reason: 'conversation_not_found' }, 'no such conversation'],
    [405, { code: 'upstream_rejected', reason: 'method_not_allowed' }, 'web-messaging or open-messaging'],
    [400, { code: 'upstream_rejected', reason: 'invalid_request' }, 'Check the ids'],
    [500, { code: 'upstream_unavailable' }, 'tries again'],
    [503, { code: 'upstream_unavailable' }, 'tries again'],
  ])('with %d is told as %j, with what to do', async (status, expected, advice) => {
    const { client } = await guestWith(participantState, { on: 'participant', status });
    const error = await refusalOf(client);
    expect(error).toMatchObject(expected);
    expect(error.message).toContain(advice);
  });

  // With the guest's own token: a 429 to the service account silences all of its guests, those of other tests too.
  it('with 429 says for how long to be silent', async () => {
    const asGuest = (guest: Guest) => ({ ...participantState(guest), guestToken: guest.guestToken });
    const { client } = await guestWith(asGuest, { on: 'participant', status: 429, retryAfter: 7 });
    expect(await refusalOf(client)).toMatchObject({ code: 'upstream_rate_limited', retryAfterMs: 7_000 });
  });

  it('with 401 once gets a new token, and the guest notices nothing', async () => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    await client.ask(typing(true, '1'));
    await setFaults(guest, { on: 'participant', status: 401, times: 1 });
    expect(await client.ask(typing(false, '2'))).toMatchObject({ type: 'ack', outcome: 'forwarded' });
    const posts = (await arrived(guest, { refused401: true })).filter(({ method }) => method === 'POST');
    expect(posts.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  it('with 401 for good is told once and not hammered', async () => {
    const { guest, client } = await guestWith(participantState, { on: 'participant', status: 401 });
    expect(await refusalOf(client)).toMatchObject({ code: 'upstream_rejected', reason: 'bad_credentials' });
    const posts = (await arrived(guest, { refused401: true })).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(2);
  });
});

describe('a participant of another conversation', () => {
  it('is told, where Genesys is silent, and shows nothing', async () => {
    const [guest, other] = [await newGuest(), await newGuest()];
    const client = await connectFor({ ...participantState(guest), participantId: other.participantId });
    expect(await refusalOf(client)).toMatchObject({
      code: 'upstream_rejected',
      reason: 'participant_mismatch',
    });
    expect((await arrived(guest)).map(({ method }) => method)).toEqual(['GET']);
    expect(await bubble(other)).toBe(false);
  });
});

describe('a conversation that there is not', () => {
  it('is told', async () => {
    const guest = await newGuest();
    const client = await connectFor({ ...participantState(guest), conversationId: 'c-unknown' });
    expect(await refusalOf(client)).toMatchObject({ reason: 'conversation_not_found' });
  });
});

describe.each([
  ['participant-state', participantState, 'participant'],
  ['typing-frame', typingFrame, 'upgrade'],
  ['participant-state, at the look before it', participantState, 'conversation'],
])('an org that is not there, for %s', (_, upstream, on) => {
  it('down: upstream_unavailable, and the next message tries again', async () => {
    const { guest, client } = await guestWith(upstream, { on, drop: true });
    expect(await refusalOf(client)).toMatchObject({ code: 'upstream_unavailable' });
    await setFaults(guest);
    await untilForwarded(client);
    expect(await bubble(guest)).toBe(true);
  });

  it('slow: the guest is told before the org answers, and the next message tries again', async () => {
    const { guest, client } = await guestWith(upstream, { on, delayMs: 25_000 });
    expect(await refusalOf(client)).toMatchObject({ code: 'upstream_unavailable' });
    expect(
      (await arrived(guest)).filter(({ via, method }) => via === 'upgrade' || method === 'POST'),
    ).toEqual([]);
    await setFaults(guest);
    await untilForwarded(client);
  });
});

describe("a guest's socket", () => {
  it.each([
    [403, { code: 'upstream_rejected', reason: 'bad_credentials' }],
    [404, { code: 'session_ended' }],
    [429, { code: 'upstream_rate_limited' }],
  ])('that is refused with %d is told as %j', async (status, expected) => {
    const { client } = await guestWith(typingFrame, { on: 'upgrade', status });
    expect(await refusalOf(client)).toMatchObject(expected);
  });

  it('that the org ended is opened again, and nothing is lost', async () => {
    const guest = await newGuest();
    const client = await connectFor(typingFrame(guest));
    await client.ask(typing(true, '1'));
    await closeGuestSockets(guest);
    await client.ask(typing(false, '2'));
    const frames = (await arrivals(guest, 4)).filter(({ via }) => via === 'socket');
    expect(frames.map(({ body }) => body)).toEqual([
      { type: 'typing', data: { isTyping: true } },
      { type: 'typing', data: { isTyping: false } },
    ]);
  });
});

describe('an org whose login', () => {
  it.each([
    ['is slow', { on: 'login', delayMs: 25_000 }],
    ['is down', { on: 'login', drop: true }],
  ])('%s: the guest is told, and the next message tries again', async (_, fault) => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    await withOrgFault(fault, async () => {
      expect(await refusalOf(client)).toMatchObject({ code: 'upstream_unavailable' });
    });
    await untilForwarded(client);
  });
});
