import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestOrg } from '../../local/genesys/fixture.ts';
import { oauthClient, startTestOrg } from '../../local/genesys/fixture.ts';
import type { GuestRecord } from '../../local/genesys/guest-record.ts';
import { bareWishes, look, read, type Seen, wishesFor } from './fixture.ts';
import type { Wishes } from './wishes.ts';

/** `--send`, against the simulated org: what its screens show meanwhile, and what is left behind. */

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterEach(() => org.call('DELETE', '/control/faults'));
afterAll(() => org.close());

type Sight = Awaited<ReturnType<TestOrg['screen']>>;

interface Shown extends Omit<Seen, 'examination'> {
  /** What the screen showed each time that a bubble was to be seen. */
  sights: Sight[];
  told: string[];
}

/** @param end ends the run in the middle of so many-th bubble */
async function send(wishes: Wishes, guest: GuestRecord, { end = Infinity } = {}): Promise<Shown> {
  const { examination } = await look(wishes);
  const sights: Sight[] = [];
  const told: string[] = [];
  const ending = new AbortController();
  const report = await examination.send({
    async hold() {
      sights.push(await org.screen(guest));
      if (sights.length >= end) ending.abort();
    },
    tell: (text) => told.push(text),
    signal: ending.signal,
  });
  return { ...read(report), sights, told };
}

describe('--send', () => {
  it('shows a bubble with each upstream, one after the other, and leaves none', async () => {
    const guest = await org.guest();
    const { upstreams, recommended, sights, told } = await send(wishesFor(org, guest), guest);
    expect(upstreams.map(({ kind, answer, sent }) => [kind, answer, sent])).toEqual([
      ['web-messaging', 'works', 'taken'],
      ['open-messaging', 'works', 'taken'],
      ['agent-communication', 'works', 'taken'],
      ['typing-frame', 'works', 'taken'],
      ['participant-state', 'works', 'taken'],
    ]);
    expect(recommended).toEqual({ guests: 'web-messaging', agents: 'agent-communication' });
    expect(sights).toHaveLength(5);
    expect(sights.at(0)).toMatchObject({ guestTyping: true });
    expect(sights.at(2)).toMatchObject({ agentTyping: true });
    expect(sights.at(3)).toMatchObject({ guestTyping: true });
    expect(sights.at(4)).toMatchObject({ guestTyping: true });
    await org.screenWith(guest, { guestTyping: false });
    expect(told.at(0)).toContain("web-messaging: look at the agent's desktop now");
    expect(told.at(2)).toContain("the guest's window now");
  });

  it('sends nothing where an id is missing, or something is wrong', async () => {
    const guest = await org.guestOfDeployment({ showUserTypingIndicator: false });
    const wishes = { ...wishesFor(org, guest), openUserId: undefined, participantId: undefined };
    const { upstream, told } = await send({ ...wishes, socketUrl: undefined }, guest);
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', sent: null });
    expect(upstream('open-messaging')).toMatchObject({ answer: 'works', sent: null });
    expect(upstream('participant-state')).toMatchObject({ answer: 'unknown', sent: null });
    expect(told.map((text) => text.slice(0, 30))).toEqual([
      'open-messaging: not sent; give',
      'agent-communication: look at t',
    ]);
  });

  it('ends a held bubble, and sends no more, when the run is ended in the middle', async () => {
    const guest = await org.guest();
    const wishes = { ...bareWishes(org.url), socketUrl: guest.socketUrl, guestToken: guest.guestToken };
    const ids = { conversationId: guest.conversationId, participantId: guest.participantId };
    const { upstream, sights } = await send({ ...wishes, ...ids }, guest, { end: 1 });
    expect(sights).toMatchObject([{ guestTyping: true }]);
    expect(upstream('participant-state').sent).toBeNull();
    await org.screenWith(guest, { guestTyping: false });
  });

  it('gets another token where the one it looked with is void by now', async () => {
    const guest = await org.guest();
    const { conversationId, participantId } = guest;
    const wishes = { ...bareWishes(org.url), client: oauthClient, conversationId, participantId };
    const { examination } = await look(wishes);
    await org.control('POST', 'tokens/revoke');
    const ports = { hold: () => Promise.resolve(), tell: () => undefined };
    const report = await examination.send({ ...ports, signal: new AbortController().signal });
    expect(read(report).upstream('participant-state').sent).toBe('taken');
  });

  it('as the guest, where there is no OAuth client', async () => {
    const guest = await org.guest();
    const wishes = { ...bareWishes(org.url), guestToken: guest.guestToken };
    const ids = { conversationId: guest.conversationId, participantId: guest.participantId };
    const { upstream } = await send({ ...wishes, ...ids }, guest);
    expect(upstream('participant-state')).toMatchObject({ answer: 'works', sent: 'taken' });
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    expect(messages.map(({ authorization }) => authorization)).toEqual(['guest', 'guest']);
  });
});

describe('what the org answers to it', () => {
  it('405 to the participant: the sentence of the relay', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', status: 405 }], guest.conversationId);
    const { upstream } = await send({ ...wishesFor(org, guest), guestToken: undefined }, guest);
    expect(upstream('participant-state')).toMatchObject({
      answer: 'fails',
      sent: 'refused',
      reason: 'method_not_allowed',
    });
    expect(upstream('participant-state').why).toContain('web-messaging or open-messaging');
  });

  it('a token that names no session', async () => {
    const guest = await org.guest();
    const { upstream } = await send({ ...wishesFor(org, guest), guestToken: 'not-a-known-token' }, guest);
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', reason: 'session_not_found' });
  });

  it('a user is wanted, and no client credentials', async () => {
    const guest = await org.guest();
    await org.control('PUT', 'behaviour', { typingByClientCredentials: 'refused' });
    const { upstream } = await send(wishesFor(org, guest), guest);
    await org.control('PUT', 'behaviour', { typingByClientCredentials: 'accepted' });
    expect(upstream('agent-communication')).toMatchObject({ answer: 'fails', reason: 'user_token_required' });
  });

  it('a permission that only sending shows to be missing', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'open-event', status: 403 }]);
    const { upstream } = await send(wishesFor(org, guest), guest);
    expect(upstream('open-messaging')).toMatchObject({ answer: 'fails', reason: 'missing_permission' });
    expect(upstream('open-messaging').why).toContain('conversation:message:receive');
  });

  it('nothing to the on: nobody knows, and the off is sent nevertheless', async () => {
    const guest = await org.guest();
    await org.faults([{ on: 'participant', status: 503, times: 1 }], guest.conversationId);
    const wishes = { ...wishesFor(org, guest), guestToken: undefined, socketUrl: undefined };
    const { upstream } = await send(wishes, guest);
    expect(upstream('participant-state')).toMatchObject({
      answer: 'unknown',
      sent: 'unclear',
      mayStillShow: false,
    });
    const { messages } = await org.messages({ conversationId: guest.conversationId });
    const posts = messages.filter(({ path = '' }) => path.includes('/participants/'));
    expect(posts.map(({ body }) => body)).toMatchObject([{ state: 'typing' }, { state: 'connected' }]);
  });

  it.each([
    ['once: it is sent again', 1, false],
    ['each time: that the bubble may still show', 2, true],
  ])('an error to the off, %s', async (_, times, mayStillShow) => {
    const guest = await org.guest();
    const { conversationId, participantId } = guest;
    const wishes = { ...bareWishes(org.url), client: oauthClient, conversationId, participantId };
    const { examination } = await look(wishes);
    const report = await examination.send({
      hold: async () => {
        await org.faults([{ on: 'participant', status: 503, times }], guest.conversationId);
      },
      tell: () => undefined,
      signal: new AbortController().signal,
    });
    const { upstream } = read(report);
    expect(upstream('participant-state')).toMatchObject({ answer: 'works', mayStillShow });
    expect(upstream('participant-state').why.includes('may still show')).toBe(mayStillShow);
    expect(await org.screen(guest)).toMatchObject({ guestTyping: mayStillShow });
  });
});
